import { expect, test } from 'vitest';
import type { FakeFile } from '../files/testing/fake-files.js';
import { nameOf } from '../policy/rule-origin.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import type { Ceiling } from './ceiling.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

const CEILING: Ceiling = {
  ...BARE_CEILING,
  protectedNames: ['.profile'],
  operatorNames: ['Makefile', '.github', 'CI'],
  maximum: policyOf(['read /', 'write /ws']),
};

const TREE: Readonly<Record<string, FakeFile>> = {
  '/ws/Makefile': { text: '' },
  '/ws/.profile': { text: '' },
  '/ws/sub': 'directory',
};

const PLAIN: Readonly<Record<string, FakeFile>> = { '/ws/.github/workflows': 'directory' };

const LINKED: Readonly<Record<string, FakeFile>> = {
  '/ws/.github': { link: 'gh' },
  '/ws/gh/deep': 'directory',
};

/** What is left of entries, where something was taken from one of them, and what is not certain. */
async function below(
  asked: readonly string[],
  tree = PLAIN,
  maximum = CEILING.maximum,
): Promise<readonly [rules: readonly string[], narrowed: readonly string[], gaps: readonly string[]]> {
  const { policy, narrowed, gaps } = await applyToFakes(
    policyOf(asked),
    { ...CEILING, maximum },
    { ...TREE, ...tree },
  );
  const ofEntries = narrowed.filter(({ path }) => asked.includes(`write ${path}`));
  return [linesOf(policy.rules), ofEntries.map(({ path, origin }) => `${path} by ${nameOf(origin)}`), gaps];
}

test('a name of an operator is opened by no entry that names it, or what lies below it', async () => {
  expect([
    await below(['read /', 'write /ws/Makefile', 'write /ws/.github']),
    await below(['read /', 'write /ws/.github/workflows']),
    await below(['read /', 'deny /ws/.github', 'write /ws/.github/workflows']),
  ]).toEqual([
    [
      ['read /'],
      ['/ws/.github by ceiling: protectedNames.1', '/ws/Makefile by ceiling: protectedNames.0'],
      [],
    ],
    [['read /'], ['/ws/.github/workflows by ceiling: protectedNames.1'], []],
    [
      ['read /', 'deny /ws/.github', 'read /ws/.github/workflows'],
      ['/ws/.github/workflows by ceiling: protectedNames.1'],
      [],
    ],
  ]);
});

test('nor where an entry opens the directory around it, and closes what is between them', async () => {
  const asked = ['read /', 'write /ws', 'read /ws/.github', 'write /ws/.github/workflows'];
  expect(await below(asked)).toEqual([
    ['read /', 'write /ws', 'read /ws/.github', 'read /ws/.profile', 'read /ws/CI/', 'read /ws/Makefile'],
    ['/ws/.github/workflows by ceiling: protectedNames.1'],
    [],
  ]);
});

test('nor by one that names where a link there leads', async () => {
  const text = '/ws/.github is a link; its target is protected, but the link could be replaced';
  expect([
    await below(['read /', 'write /ws/gh/deep'], LINKED),
    await below(['read /', 'write /ws', 'write /ws/gh'], LINKED),
  ]).toEqual([
    [['read /'], ['/ws/gh/deep by ceiling: protectedNames.1'], []],
    [
      ['read /', 'write /ws', 'read /ws/.profile', 'read /ws/CI/', 'read /ws/Makefile', 'read /ws/gh'],
      ['/ws/gh by ceiling: protectedNames.1'],
      [text],
    ],
  ]);
});

test.each(['..', 'own'])(
  'a link there to %s closes nothing that the operator lets be written',
  async (link) => {
    const tree: typeof TREE = { '/ws/Makefile': { link }, '/ws/own/deep': 'directory' };
    const maximum = policyOf(['write /ws', 'write /ws/own']);
    expect((await below(['write /ws/own/deep'], tree, maximum))[0]).toContain('write /ws/own/deep');
  },
);

test('a directory whose owner may not write it closes nothing else in it', async () => {
  expect((await below(['read /', 'write /ws/sub'], { '/ws': 'unwritable' }))[0]).toContain('write /ws/sub');
});

test('what every sandbox protects is opened by an entry that names it', async () => {
  expect(await below(['read /', 'write /ws/.profile'])).toEqual([['read /', 'write /ws/.profile'], [], []]);
});
