import { describe, expect, test } from 'vitest';
import type { FileFact, FileView } from '../files/file-facts.js';
import { isWithin } from '../files/paths.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { regardlessOfCase } from '../files/testing/regardless-of-case.js';
import { MAX_SPELLED_ENTRIES } from '../limits.js';
import type { NormalisedPolicy, PathRule } from '../policy/path-rule.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import { linesOf, policyOf, rule, ruleAt } from '../policy/testing/rules.js';
import { type Mount, mountsIn } from './mount-table.js';
import { coverSpellings, respelledFiles } from './other-spellings.js';

const TREE: Readonly<Record<string, FakeFile>> = {
  '/mac/ws/.file': { text: '' },
  '/mac/ws/1/2': { text: '' },
  '/mac/ws/dir': 'directory',
};
const FILES = regardlessOfCase(fakeFiles(TREE), '/mac');

const RULES = [
  rule('read /'),
  rule('write /mac/ws'),
  rule('deny /mac/ws/.file'),
  rule('read /mac/ws/dir'),
  rule('deny /mac/ws/1/2', { kind: 'file' }),
  rule('read /mac/ws/later/', { placeholderText: '' }),
  rule('deny /mac/ws/missing/'),
];

function mountsWith(kind: string): readonly Mount[] {
  return mountsIn(`1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:50 / /mac rw - ${kind} host rw\n`);
}

function respelled(rules: readonly PathRule[], files: FileView = FILES, kind = 'fuse'): readonly string[] {
  return linesOf(respelledFiles(rules, mountsWith(kind), files));
}

test('files that are denied, or are read-only in something writable, are got past where case is disregarded', () => {
  expect(respelled(RULES)).toEqual(['deny /mac/ws/.file', 'deny /mac/ws/1/2', 'read /mac/ws/later/']);
  expect(respelled([rule('read /'), rule('write /mac/ws'), rule('read /mac/ws/.file')])).toEqual([
    'read /mac/ws/.file',
  ]);
});

test('none is where case counts, or the kernel compares the names itself', () => {
  expect([respelled(RULES, fakeFiles(TREE)), respelled(RULES, FILES, 'vfat')]).toEqual([[], []]);
});

test('a file of its own that has the other spelling is none of them, as far as so many entries show', () => {
  const withOthers = (count: number): FileView => {
    const others = Array.from({ length: count }, (_, at): [string, FakeFile] => [
      `/mac/ws/e${at}`,
      { text: '' },
    ]);
    const files = fakeFiles({ ...TREE, '/mac/ws/.FILE': { text: '' }, ...Object.fromEntries(others) });
    return regardlessOfCase(files, '/mac');
  };
  const rules = [rule('read /'), rule('deny /mac/ws/.file')];
  // Beside the four that are there.
  expect(
    [MAX_SPELLED_ENTRIES - 4, MAX_SPELLED_ENTRIES - 3].map((count) => respelled(rules, withOthers(count))),
  ).toEqual([[], ['deny /mac/ws/.file']]);
});

test('so is one that is stored by another spelling than the one it is denied by', () => {
  expect(respelled([rule('read /'), rule('deny /mac/ws/.FILE', { kind: 'file' })])).toEqual([
    'deny /mac/ws/.FILE',
  ]);
});

test('and one that has another number under each of its names', () => {
  const numbered: FileView = {
    ...FILES,
    look(path) {
      const found = FILES.look(path);
      return found && path.includes('.FILE') ? { ...found, inode: found.inode + 100 } : found;
    },
  };
  expect(respelled([rule('read /'), rule('deny /mac/ws/.file')], numbered)).toEqual(['deny /mac/ws/.file']);
});

describe('at the top of a mount, of a name without letters to try', () => {
  /** Those of the mount are on another device than what holds it. */
  function mountedWith(...names: readonly string[]): FileView {
    const files = fakeFiles(Object.fromEntries(names.map((name) => [`/mac/${name}`, { text: '' }])));
    const look = (path: string): FileFact | undefined => {
      const found = files.look(path);
      return found && isWithin(path, '/mac') ? { ...found, device: 2 } : found;
    };
    return { ...files, look };
  }

  function respelledTop(name: string, files: FileView): readonly string[] {
    return respelled([rule('read /'), rule(`deny /mac/${name}`, { kind: 'file' })], files);
  }

  test('what lies beside it tells', () => {
    const files = mountedWith('ключ', 'beside');
    expect([respelledTop('ключ', regardlessOfCase(files, '/mac')), respelledTop('ключ', files)]).toEqual([
      ['deny /mac/ключ'],
      [],
    ]);
  });

  test('and where nothing does, it counts as one, unless it can be spelled in one way alone', () => {
    expect([respelledTop('ключ', mountedWith('ключ')), respelledTop('1', mountedWith('1'))]).toEqual([
      ['deny /mac/ключ'],
      [],
    ]);
  });
});

test('where a pattern matches such a file, and the intent names nothing beside it, its directory is denied', () => {
  const rules = [
    rule('read /'),
    rule('write /mac/ws'),
    rule('read /mac/ws/dir/.git', { origin: DEFAULTS.configuration }),
    rule('deny /mac/ws/dir/file', { byPattern: true }),
    rule('write /mac/ws/dir/granted'),
  ];
  const files = regardlessOfCase(fakeFiles({ ...TREE, '/mac/ws/dir/file': { text: '' } }), '/mac');
  const covered = (cwd: string, ...asked: readonly string[]): NormalisedPolicy =>
    coverSpellings(
      policyOf([], { rules }),
      { cwd, asked: asked.map((line) => rule(line)) },
      mountsWith('9p'),
      files,
    );
  const { rules: held, notes } = covered('/mac/ws', 'read /', 'write /mac/ws', 'deny /mac/ws/dir/x');
  expect([linesOf(held), notes]).toEqual([
    ['read /', 'write /mac/ws', 'deny /mac/ws/dir'],
    [
      {
        origin: ruleAt('/mac/ws/dir/file'),
        text: '/mac/ws/dir is denied as a whole, since upper and lower case are the same on its file system, and a file in it is denied',
      },
    ],
  ]);
  const asBefore = [covered('/mac/ws/dir'), covered('/mac/ws', 'read /mac/ws/dir/x/y')];
  expect(asBefore.map(({ rules: all }) => all)).toEqual([rules, rules]);
});
