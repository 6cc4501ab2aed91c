import { describe, expect, test } from 'vitest';
import { policyOf } from '../policy/testing/rules.js';
import { seatbeltProfile } from './profile.js';
import { faultsOf } from './testing/check-profile.js';

const WORKSPACE = policyOf([
  'read /',
  'write /ws',
  'read /ws/.codex/',
  'read /ws/repo/.git/hooks',
  'deny /ws/secret',
  'write /ws/secret/open',
]);

const PROFILES: Readonly<Record<string, Parameters<typeof seatbeltProfile>[0]>> = {
  workspace: WORKSPACE,
  listed: policyOf(['deny /', 'read /usr', 'write /ws', 'deny /ws/file.env']),
  'files-unrestricted': policyOf(['write /'], { restrictsFiles: false }),
  'network-enabled': policyOf(['read /'], { network: 'enabled' }),
};

describe.each(Object.entries(PROFILES))('%s', (name, policy) => {
  const { text, parameters } = seatbeltProfile(policy);

  test('is the profile that was looked at', async () => {
    const values = Object.entries(parameters).map(([parameter, value]) => `; ${parameter} = ${value}\n`);
    // What cannot be seen is named.
    const shown = `${text}${values.join('')}`.replace(
      /\p{Cf}/gu,
      (one) => `<${one.codePointAt(0)?.toString(16)}>`,
    );
    await expect(shown).toMatchFileSnapshot(`golden/${name}.sb`);
  });

  test('is made of known operations and filters', () => {
    expect(faultsOf(text)).toEqual([]);
  });
});

test('a path is never part of the text, but in a pattern that it cannot leave', () => {
  const evil = '/ws/") (allow default) (x "[.]';
  const { text, parameters } = seatbeltProfile(
    policyOf(['read /', 'write /ws', `deny ${evil.replaceAll(' ', '_')}/`]),
  );
  const path = evil.replaceAll(' ', '_');
  expect(faultsOf(text)).toEqual([]);
  expect([
    Object.values(parameters).includes(path),
    text
      .split('\n')
      .filter((line) => line.includes('regex'))
      .at(-2),
  ]).toEqual([
    true,
    '(deny file-write* (regex #"^(/System/Volumes/Data)?/[wW]([sS]|ſ)/.\\)_\\([aA][lL][lL][oO][wW]_[dD][eE][fF][aA][uU][lL][tT]\\)_\\([xX]_.\\[\\.\\](/|$)"))',
  ]);
});

test('a path that is too long for a pattern is refused', () => {
  const long = `/ws/${'x'.repeat(300)}`;
  expect(() => seatbeltProfile(policyOf(['write /ws', `read ${long}/`]))).toThrow(
    'is too long to be kept from appearing',
  );
});

test.each([
  ['(version 1)(deny default)(allow file-reed*)', 'no rule: ["allow","file-reed*"]'],
  [
    '(version 1)(deny default)(allow file-read* (litteral "/"))',
    'no rule: ["allow","file-read*",["litteral","\\"/\\""]]',
  ],
  [
    '(version 1)(deny default)(allow file-read* (literal "/a" "/b"))',
    'no rule: ["allow","file-read*",["literal","\\"/a\\"","\\"/b\\""]]',
  ],
  ['(version 1)(allow default)', 'it does not deny by default'],
  ['(version 1)(deny default', 'something is not closed'],
  ['(version 1)(deny default))', 'more is closed than was opened'],
  ['(version 1)(deny default)"', 'something that cannot be read at 25'],
])('the check finds the fault of %s', (text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
});
