import { describe, expect, test } from 'vitest';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { MAX_SINGLE_DENIALS } from '../limits.js';
import { byPathName, indexRules } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';
import { linesOf, rule, ruleAt } from '../policy/testing/rules.js';
import { type MaskedRules, maskCrowds } from './mask-crowds.js';

/** So many files, more than are denied one by one. */
const MANY = MAX_SINGLE_DENIALS + 1;

function numbered(prefix: string, count = MANY): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`);
}

interface Case {
  readonly denied: readonly string[];
  /** What is there besides. */
  readonly beside?: Readonly<Record<string, FakeFile>>;
  /** Beside what is denied; default `read /`. */
  readonly rules?: readonly string[];
  readonly cwd?: string;
}

function masked({ denied, beside = {}, rules = ['read /'], cwd = '/' }: Case): {
  readonly before: readonly PathRule[];
  readonly after: MaskedRules;
} {
  const files = fakeFiles({
    ...Object.fromEntries(denied.map((path) => [path, { text: 'secret' }] as const)),
    ...beside,
  });
  const lines = [...rules, ...denied.map((path) => `deny ${path}`)];
  const before = lines.map((line) => rule(line)).sort(byPathName);
  return { before, after: maskCrowds(before, cwd, files) };
}

function linesAfter(situation: Case): readonly string[] {
  return linesOf(masked(situation).after.rules);
}

test('as many as may be are denied one by one, and with one more their directory is masked', () => {
  const most = masked({ denied: numbered('/srv/file', MAX_SINGLE_DENIALS) });
  expect(most.after).toEqual({ rules: most.before, notes: [] });
  expect(masked({ denied: numbered('/srv/file') }).after).toEqual({
    rules: [
      rule('read /'),
      rule('deny /srv', {
        kind: 'directory',
        origin: ruleAt('/srv/file0'),
        isMask: true,
      } as Partial<PathRule>),
    ],
    notes: [
      {
        origin: ruleAt('/srv/file0'),
        text: '/srv holds much that is denied: it is hidden there, and so is what is made there later; deny whole directories instead',
      },
    ],
  });
});

describe('a directory of which nothing else could be seen', () => {
  test('is denied in the next one above, until few enough are denied', () => {
    const denied = numbered('/srv/a/d').map((directory) => `${directory}/file`);
    expect(linesAfter({ denied })).toEqual(['read /', 'deny /srv/a']);
  });

  test('is left alone where enough was masked without it', () => {
    const denied = [...numbered('/srv/a/file', 200), ...numbered('/srv/b/file', 199)];
    const left = numbered('/srv/b/file', 199).map((path) => `deny ${path}`);
    expect(linesAfter({ denied })).toEqual(['read /', 'deny /srv/a', ...left.sort()]);
  });

  test('stays where the command starts in it', () => {
    const denied = numbered('/srv/a/d').map((directory) => `${directory}/file`);
    const after = linesAfter({ denied, cwd: '/srv/a/d7' });
    expect(after).toEqual(['read /', 'deny /srv/a', 'deny /srv/a/d7']);
  });
});

describe('a directory in which something else is to be seen', () => {
  const denied = numbered('/srv/file');

  test('shows it on its mask, with the rules that it has', () => {
    const beside = {
      '/srv/open-file': { text: '' },
      '/srv/ws': 'directory',
      '/srv/d/key-file': { text: '' },
      '/srv/d/other-file': { text: '' },
    } as const;
    const rules = ['read /', 'write /srv/ws', 'deny /srv/d/key-file'];
    expect(linesAfter({ denied, beside, rules })).toEqual([
      'read /',
      'deny /srv',
      'read /srv/d',
      'deny /srv/d/key-file',
      'read /srv/open-file',
      'write /srv/ws',
    ]);
  });

  test.each<[string, Omit<Case, 'denied'>]>([
    [
      'more of it than is denied',
      { beside: Object.fromEntries(numbered('/srv/x').map((at) => [at, { text: '' }])) },
    ],
    ['a link', { beside: { '/srv/link': { link: '/etc' } } }],
    ['what may be written', { rules: ['read /', 'write /srv'] }],
    ['what is below a directory that may be written', { rules: ['write /'] }],
    ['what has a rule of its own', { rules: ['deny /', 'read /srv'] }],
  ])('stays as it is with %s', (_, more) => {
    const { before, after } = masked({ denied, ...more });
    expect(after).toEqual({ rules: before, notes: [] });
  });
});

test('nothing that was denied can be seen on a mask', () => {
  const denied = ['/a/b/', '/a/c/', '/a/', '/d/e/f/'].flatMap((directory) =>
    numbered(`${directory}file`, 150),
  );
  const open = ['/a/b/open-file', '/a/g/open-file', '/d/e/open-file', '/d/h'];
  const { after } = masked({ denied, beside: Object.fromEntries(open.map((at) => [at, { text: '' }])) });
  const index = indexRules(after.rules);
  expect(denied.filter((path) => index.accessAt(path) !== 'deny')).toEqual([]);
  expect(open.filter((path) => index.accessAt(path) !== 'read')).toEqual([]);
});

test('where nobody may look, all is denied one by one', () => {
  const rules = numbered('/dead/').map((path) => rule(`deny ${path}`, { isUnseen: true }));
  const files = {
    ...fakeFiles({}),
    list: (path: string) => {
      throw new Error(`${path} was listed`);
    },
  };
  expect(maskCrowds(rules, '/', files)).toEqual({ rules, notes: [] });
});
