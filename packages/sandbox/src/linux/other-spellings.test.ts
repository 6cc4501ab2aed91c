import { expect, test } from 'vitest';
import type { FileView } from '../files/file-facts.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { regardlessOfCase } from '../files/testing/regardless-of-case.js';
import { mountsIn } from '../launch/mount-table.js';
import { MAX_SPELLED_ENTRIES } from '../limits.js';
import type { PathRule } from '../policy/path-rule.js';
import { linesOf, rule } from '../policy/testing/rules.js';
import { respelledFiles } from './other-spellings.js';

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

function respelled(rules: readonly PathRule[], files: FileView = FILES, kind = 'fuse'): readonly string[] {
  const table = `1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:50 / /mac rw - ${kind} host rw\n`;
  return linesOf(respelledFiles(rules, mountsIn(table), files));
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
