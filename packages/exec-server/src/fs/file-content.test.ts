import { constants } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { encodeBase64, MAX_READ_FILE_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { readFile, readUpTo, writeFile } from './file-content.js';
import { shownPath } from './native-path.js';
import { kindOf, Tree } from './testing/tree.js';

const FOLLOW = { followSymlinks: true };
const NO_FOLLOW = { followSymlinks: false };

function base64(text: string): string {
  return encodeBase64(Buffer.from(text));
}

test('a file is read as it is, whatever its size says', async () => {
  using tree = new Tree();
  const content = Buffer.alloc(200_000, 'abc');
  writeFileSync(tree.text('big'), content);
  tree.file('empty');
  expect(Buffer.from(await readFile(tree.path('big'), FOLLOW)).equals(content)).toBe(true);
  expect(await readFile(tree.path('empty'), FOLLOW)).toEqual(Buffer.alloc(0));
  // The kernel gives this file the size 0.
  const last = await readFile(Buffer.from('/proc/sys/kernel/cap_last_cap'), FOLLOW);
  expect(Buffer.from(last).toString()).toBe(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
  const status = await readFile(Buffer.from('/proc/self/status'), FOLLOW);
  expect(Buffer.from(status).toString()).toContain(`Pid:\t${String(process.pid)}`);
});

test('the limit is the largest file that is read', async () => {
  using tree = new Tree();
  tree.file('at', 'x'.repeat(1000));
  tree.file('beyond', 'x'.repeat(1001));
  expect(await readFile(tree.path('at'), FOLLOW, 1000)).toHaveLength(1000);
  expect(await kindOf(readFile(tree.path('beyond'), FOLLOW, 1000))).toBe('fileTooLarge');
  // One that does not say how large it is, too.
  expect(await kindOf(readFile(Buffer.from('/proc/self/status'), FOLLOW, 100))).toBe('fileTooLarge');
});

test('of a file beyond what was wanted only the size is told', async () => {
  using tree = new Tree();
  tree.file('at', 'x'.repeat(1000));
  tree.file('beyond', 'x'.repeat(1001));
  expect(await readUpTo(tree.path('at'), FOLLOW, 1000)).toEqual({
    content: Buffer.alloc(1000, 'x'),
    size: 1000,
  });
  expect(await readUpTo(tree.path('beyond'), FOLLOW, 1000)).toEqual({ content: undefined, size: 1001 });
  expect(await readUpTo(Buffer.from('/proc/self/status'), FOLLOW, 100)).toEqual({
    content: undefined,
    size: 0,
  });
});

test('the memory of this program is no file, whatever it is opened for', async () => {
  const path = Buffer.from('/proc/self/mem');
  const attempts = [readFile(path, FOLLOW), writeFile(path, base64('x'), FOLLOW)];
  expect(await Promise.all(attempts.map(kindOf))).toEqual(['notAFile', 'notAFile']);
});

test('the largest file that is read is one text with its envelope, and the next is refused without a look at it', async () => {
  const envelope = 1024 * 1024;
  expect(Math.ceil(MAX_READ_FILE_BYTES / 3) * 4 + envelope).toBeLessThanOrEqual(constants.MAX_STRING_LENGTH);
  using tree = new Tree();
  const path = tree.file('sparse');
  truncateSync(tree.text('sparse'), MAX_READ_FILE_BYTES + 1);
  await expect(readFile(path, FOLLOW)).rejects.toMatchObject({
    kind: 'fileTooLarge',
    message: `${shownPath(path)} is larger than ${MAX_READ_FILE_BYTES} bytes; open it with fs/open and read blocks`,
  });
});

test('only regular files are read and written, and nothing waits for a pipe', async () => {
  using tree = new Tree();
  tree.directory('directory');
  execFileSync('mkfifo', [tree.text('pipe')]);
  const others = ['directory', 'pipe'].map((name) => tree.path(name)).concat(Buffer.from('/dev/zero'));
  for (const path of others) {
    expect(await kindOf(readFile(path, FOLLOW))).toBe('notAFile');
    expect(await kindOf(writeFile(path, base64('x'), FOLLOW))).toBe('notAFile');
    expect(await kindOf(readFile(path, NO_FOLLOW))).toBe('notAFile');
  }
  expect(await kindOf(readFile(tree.path('nowhere'), FOLLOW))).toBe('fileNotFound');
  expect(await kindOf(writeFile(tree.path('no/where'), base64('x'), FOLLOW))).toBe('fileNotFound');
});

test('the null device takes what is written, as it does of a shell', async () => {
  await writeFile(Buffer.from('/dev/null'), base64('x'), FOLLOW);
  await writeFile(Buffer.from('/dev/null'), base64('x'), NO_FOLLOW);
  expect(await kindOf(readFile(Buffer.from('/dev/null'), FOLLOW))).toBe('notAFile');
});

test('writing makes a file or empties it first, and keeps what the file is', async () => {
  using tree = new Tree();
  const path = tree.file('script', 'a long old content');
  execFileSync('chmod', ['755', tree.text('script')]);
  const { ino } = statSync(tree.text('script'));
  await writeFile(path, base64('new'), FOLLOW);
  await writeFile(tree.path('fresh'), base64('made'), FOLLOW);
  expect(readFileSync(tree.text('script'), 'utf8')).toBe('new');
  expect(readFileSync(tree.text('fresh'), 'utf8')).toBe('made');
  const after = statSync(tree.text('script'));
  expect({ ino: after.ino, mode: after.mode & 0o777 }).toEqual({ ino, mode: 0o755 });
});

test('what is not base64 changes nothing', async () => {
  using tree = new Tree();
  const path = tree.file('kept', 'content');
  expect(await kindOf(writeFile(path, '!', FOLLOW))).toBe('invalidFileRequest');
  expect(readFileSync(path, 'utf8')).toBe('content');
});

test('links are followed unless the client says otherwise, in any component', async () => {
  using tree = new Tree();
  tree.file('real/file', 'content');
  tree.link('to-file', 'real/file');
  tree.link('to-directory', 'real');
  for (const name of ['to-file', 'to-directory/file']) {
    expect(Buffer.from(await readFile(tree.path(name), FOLLOW)).toString()).toBe('content');
  }
  expect(await kindOf(readFile(tree.path('to-file'), NO_FOLLOW))).toBe('symlinkRefused');
  expect(await kindOf(readFile(tree.path('to-directory/file'), NO_FOLLOW))).toBe('notADirectory');
  expect(await kindOf(writeFile(tree.path('to-file'), base64('x'), NO_FOLLOW))).toBe('symlinkRefused');
  expect(readFileSync(tree.text('real/file'), 'utf8')).toBe('content');
  await writeFile(tree.path('real/file'), base64('changed'), NO_FOLLOW);
  expect(readFileSync(tree.text('real/file'), 'utf8')).toBe('changed');
});

test('names need not be UTF-8', async () => {
  using tree = new Tree();
  const path = Buffer.concat([tree.path('name-'), Buffer.from([0xff, 0xfe])]);
  await writeFile(path, base64('odd'), FOLLOW);
  expect(Buffer.from(await readFile(path, NO_FOLLOW)).toString()).toBe('odd');
});
