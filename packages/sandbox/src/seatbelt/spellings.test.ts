import { describe, expect, test } from 'vitest';
import { policyOf } from '../policy/testing/rules.js';
import { seatbeltProfile } from './profile.js';
import { judge } from './testing/judge-profile.js';

const DATA = '/System/Volumes/Data';

const POLICY = policyOf([
  'read /',
  'write /Users/Zoë/ws',
  'read /Users/Zoë/ws/.codex/',
  'read /Users/Zoë/ws/.zprofile/',
  'read /Users/Zoë/ws/repo/.git/hooks',
  'read /Users/Zoë/ws/repo/.git/config_file',
  'deny /Users/Zoë/ws/clé',
  'deny /Users/Zoë/ws/pass',
  'write /Users/Zoë/ws/clé/open',
]);

const WS = '/Users/Zoë/ws';

/** What may be done to a path in a workspace: read, written, made, removed. */
function verdicts(path: string, policy = POLICY): string {
  const profile = seatbeltProfile(policy);
  return ['file-read-data', 'file-write-data', 'file-write-create', 'file-write-unlink']
    .map((operation) => judge(profile, operation, path))
    .join(' ');
}

const ALL = 'allow allow allow allow';
const READ_ONLY = 'allow deny deny deny';
const NONE = 'deny deny deny deny';

describe('F23 in another case, what is protected is so too', () => {
  test.each([
    ['/repo/.GIT/hooks/pre-commit', READ_ONLY],
    ['/repo/.git/Hooks', READ_ONLY],
    ['/REPO/.Git/CONFIG_file', READ_ONLY],
    ['/.CODEX/config.toml', READ_ONLY],
    ['/.codeX', READ_ONLY],
    ['/PASS/word', NONE],
    ['/repo/.git/index', ALL],
    ['/.codexes', ALL],
  ])('%s', (path, expected) => {
    expect(verdicts(`${WS}${path}`)).toBe(expected);
  });

  test('a directory above it cannot be renamed', () => {
    const above = ['/repo', '/REPO', '/repo/.GIT'].map((path) =>
      judge(seatbeltProfile(POLICY), 'file-write-unlink', `${WS}${path}`),
    );
    expect(above).toEqual(['deny', 'deny', 'deny']);
  });

  test('a grant in another case does not come after what is denied below it', () => {
    const policy = policyOf(['read /', 'deny /WS/a/key', 'read /WS/a/conf', 'write /ws']);
    expect(['/ws/a/key', '/WS/a/key', '/ws/A/KEY'].map((path) => verdicts(path, policy))).toEqual([
      NONE,
      NONE,
      NONE,
    ]);
    expect(verdicts('/ws/a/conf', policy)).toBe(READ_ONLY);
  });
});

describe('F24 composed in another way, what is protected is so too', () => {
  test.each([
    ['composed', '/cl\u00e9/key', NONE],
    ['decomposed', '/cle\u0301/key', NONE],
    ['in capitals, decomposed', '/CLE\u0301', NONE],
    ['with a Kelvin sign and a long s, which are letters', '/repo/.git/hoo\u212a\u017f', READ_ONLY],
    ['with one character for two letters', '/.zpro\ufb01le', READ_ONLY],
    ['with a sharp s', '/pa\u00df', NONE],
    ['with characters that some volumes pass over', '/.co\u200cdex', READ_ONLY],
    ['before the dot, too', '/\ufeff.codex', READ_ONLY],
    ['and below it', '/repo/.git/commo\u200dndir', READ_ONLY],
    ['which other names may have', '/a\u200db', ALL],
    ['a name that only looks like it', '/cle', ALL],
  ])('%s', (_, path, expected) => {
    expect(verdicts(`/Users/Zoë/ws${path}`)).toBe(expected);
  });

  test('the directories above may be composed in another way, too', () => {
    expect(verdicts('/Users/Zoe\u0308/ws/.codex')).toBe('allow deny deny deny');
  });
});

describe('F34 what is there under two names is the same under both', () => {
  test.each([
    ['/new', ALL],
    ['/.codex', READ_ONLY],
    ['/repo/.git/hooks/x', READ_ONLY],
    ['/clé/key', NONE],
    ['/clé/open/file', ALL],
  ])('%s', (path, expected) => {
    expect([verdicts(`${WS}${path}`), verdicts(`${DATA}${WS}${path}`)]).toEqual([expected, expected]);
  });

  test('a policy may name either', () => {
    const policy = policyOf([
      'read /',
      `deny ${DATA}/Users/a/key`,
      `write ${DATA}/Users/a`,
      `deny /users/A/other`,
    ]);
    const paths = ['/Users/a', '/Users/a/key', '/Users/a/other'].flatMap((path) => [path, `${DATA}${path}`]);
    expect(paths.map((path) => verdicts(path, policy))).toEqual([
      'allow allow allow allow',
      'allow allow allow allow',
      ...[NONE, NONE, NONE, NONE],
    ]);
  });

  test('as a whole it is refused', () => {
    expect(() => seatbeltProfile(policyOf(['read /', `write ${DATA}`]))).toThrow(
      `sandbox: ${DATA} is most of the machine; name directories below it`,
    );
  });
});
