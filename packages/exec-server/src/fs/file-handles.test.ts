import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FileHandles } from './file-handles.js';
import { kindOf, Tree } from './testing/tree.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('blocks are read at their offsets, and the end is told by a short one', async () => {
  using tree = new Tree();
  const files = new FileHandles();
  await files.open('h', tree.file('f', 'hello'), 'read');
  expect(await files.read('h', 0, 5)).toEqual({ chunk: Buffer.from('hello'), eof: false });
  expect(await files.read('h', 3, 5)).toEqual({ chunk: Buffer.from('lo'), eof: true });
  expect(await files.read('h', 9, 1)).toEqual({ chunk: Buffer.alloc(0), eof: true });
  await files.close('h');
  expect(await kindOf(files.read('h', 0, 1))).toBe('fileHandleUnknown');
  await files.close('h');
});

test('what is asked of one file is done in that order, the end included', async () => {
  using tree = new Tree();
  const files = new FileHandles();
  const done: string[] = [];
  const note = (what: string) => (): void => void done.push(what);
  const work = [
    files.open('h', tree.path('f'), 'replace').then(note('open')),
    files.write('h', 0, bytes('aaaa')).then(note('first')),
    files.write('h', 2, bytes('bb')).then(note('second')),
    files.close('h').then(note('close')),
  ];
  await Promise.all(work);
  expect(done).toEqual(['open', 'first', 'second', 'close']);
  expect(readFileSync(tree.text('f'), 'utf8')).toBe('aabb');
  expect(files.size).toBe(0);
});

test('an id names one file at a time, and is free again after a failure', async () => {
  using tree = new Tree();
  const files = new FileHandles();
  await files.open('h', tree.file('f'), 'read');
  expect(await kindOf(files.open('h', tree.path('f'), 'read'))).toBe('fileHandleInUse');
  expect(await kindOf(files.open('other', tree.path('nowhere'), 'read'))).toBe('fileNotFound');
  await files.open('other', tree.path('f'), 'read');
  await files.closeAll();
  expect(files.size).toBe(0);
});

test('as many files may be open as the limit says, and one more when one is closed', async () => {
  using tree = new Tree();
  const path = tree.file('f');
  const files = new FileHandles(2);
  await files.open('1', path, 'read');
  await files.open('2', path, 'read');
  expect(await kindOf(files.open('3', path, 'read'))).toBe('limitExceeded');
  await files.close('1');
  await files.open('3', path, 'read');
  await files.closeAll();
});

test.each([0, 1_048_577])('a block of %d bytes is refused', async (length) => {
  using tree = new Tree();
  const files = new FileHandles();
  await files.open('r', tree.file('f', 'x'), 'read');
  await files.open('w', tree.path('g'), 'replace');
  expect(await kindOf(files.read('r', 0, length))).toBe('invalidFileRequest');
  expect(await kindOf(files.write('w', 0, new Uint8Array(length)))).toBe('invalidFileRequest');
  expect((await files.read('r', 0, 1_048_576)).eof).toBe(true);
  await files.write('w', 0, new Uint8Array(1_048_576));
  await files.closeAll();
});

test('a file that was opened for the one is not used for the other', async () => {
  using tree = new Tree();
  const files = new FileHandles();
  await files.open('r', tree.file('f', 'x'), 'read');
  await files.open('w', tree.path('g'), 'replace');
  expect(await kindOf(files.write('r', 0, bytes('y')))).toBe('fileSystemFailed');
  expect(await kindOf(files.read('w', 0, 1))).toBe('fileSystemFailed');
  await files.closeAll();
});
