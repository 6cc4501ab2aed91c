import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kindOf, Tree } from '../testing/tree.js';
import { FileHandles } from './file-handles.js';
import { LocalFile } from './local-file.js';
import { SoleWriters } from './sole-writers.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('blocks are read at their offsets, and the end is told by a short one', async () => {
  using tree = new Tree();
  const files = new FileHandles();
  await files.open('h', () => LocalFile.open(tree.file('f', 'hello'), 'read'));
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
    files.open('h', () => LocalFile.open(tree.path('f'), 'replace')).then(note('open')),
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
  await files.open('h', () => LocalFile.open(tree.file('f'), 'read'));
  expect(await kindOf(files.open('h', () => LocalFile.open(tree.path('f'), 'read')))).toBe('fileHandleInUse');
  expect(await kindOf(files.open('other', () => LocalFile.open(tree.path('nowhere'), 'read')))).toBe(
    'fileNotFound',
  );
  await files.open('other', () => LocalFile.open(tree.path('f'), 'read'));
  await files.closeAll();
  expect(files.size).toBe(0);
});

test('as many files may be open as the limit says, and one more when one is closed', async () => {
  using tree = new Tree();
  const path = tree.file('f');
  const files = new FileHandles({ limit: 2 });
  await files.open('1', () => LocalFile.open(path, 'read'));
  await files.open('2', () => LocalFile.open(path, 'read'));
  expect(await kindOf(files.open('3', () => LocalFile.open(path, 'read')))).toBe('limitExceeded');
  await files.close('1');
  await files.open('3', () => LocalFile.open(path, 'read'));
  await files.closeAll();
});

test.each([0, 1_048_577])('a block of %d bytes is refused', async (length) => {
  using tree = new Tree();
  const files = new FileHandles();
  await files.open('r', () => LocalFile.open(tree.file('f', 'x'), 'read'));
  await files.open('w', () => LocalFile.open(tree.path('g'), 'replace'));
  expect(await kindOf(files.read('r', 0, length))).toBe('invalidFileRequest');
  expect(await kindOf(files.write('w', 0, new Uint8Array(length)))).toBe('invalidFileRequest');
  expect((await files.read('r', 0, 1_048_576)).eof).toBe(true);
  await files.write('w', 0, new Uint8Array(1_048_576));
  await files.closeAll();
});

test('a file that was opened for the one is not used for the other', async () => {
  using tree = new Tree();
  const files = new FileHandles();
  await files.open('r', () => LocalFile.open(tree.file('f', 'x'), 'read'));
  await files.open('w', () => LocalFile.open(tree.path('g'), 'replace'));
  expect(await kindOf(files.write('r', 0, bytes('y')))).toBe('fileSystemFailed');
  expect(await kindOf(files.read('w', 0, 1))).toBe('fileSystemFailed');
  await files.closeAll();
});

describe('a file that is gone on with', () => {
  test('keeps what it has, is private, and gets its name and permissions at once', async () => {
    using tree = new Tree();
    const files = new FileHandles();
    await files.open(
      'h',
      () => LocalFile.open(tree.file('part', 'abcdef'), 'keep', { followSymlinks: true, permissions: 0o600 }),
      true,
    );
    expect(statSync(tree.text('part')).mode & 0o777).toBe(0o600);
    await files.write('h', 3, bytes('DEF'));
    expect(await files.digest('h', 99)).toEqual({
      sha256: createHash('sha256').update('abcDEF').digest('hex'),
      length: 6,
      size: 6,
    });
    await files.rename('h', tree.path('whole'), { followSymlinks: false, permissions: 0o754 });
    await files.close('h');
    expect([readFileSync(tree.text('whole'), 'utf8'), statSync(tree.text('whole')).mode & 0o777]).toEqual([
      'abcDEF',
      0o754,
    ]);
  });

  test('belongs to the last one who opened it, by whatever name and in whatever session', async () => {
    using tree = new Tree();
    const writers = new SoleWriters();
    const [one, other] = [new FileHandles({ writers }), new FileHandles({ writers })];
    await one.open('h', () => LocalFile.open(tree.path('f'), 'keep'), true);
    tree.link('alias', 'f');
    const written = one.write('h', 0, bytes('one'));
    await other.open('h', () => LocalFile.open(tree.path('alias'), 'keep'), true);
    await written;
    expect(
      await Promise.all([
        kindOf(one.write('h', 0, bytes('late'))),
        kindOf(one.digest('h', 1)),
        kindOf(one.rename('h', tree.path('g'), { followSymlinks: true })),
      ]),
    ).toEqual(['fileTaken', 'fileTaken', 'fileTaken']);
    await other.write('h', 3, bytes('two'));
    await one.close('h');
    await other.write('h', 6, bytes('!'));
    await other.closeAll();
    expect(readFileSync(tree.text('f'), 'utf8')).toBe('onetwo!');
  });

  test('is opened anew where whoever had it gave it its final name meanwhile, or removed it', async () => {
    for (const end of ['rename', 'remove'] as const) {
      using tree = new Tree();
      const writers = new SoleWriters();
      const [one, other] = [new FileHandles({ writers }), new FileHandles({ writers })];
      const open = () => LocalFile.open(tree.path('part'), 'keep', { followSymlinks: false });
      await one.open('h', open, true);
      await one.write('h', 0, bytes('whole'));
      let isFirst = true;
      const opened = async (): Promise<LocalFile> => {
        const file = await open();
        if (!isFirst) return file;
        isFirst = false;
        // Before it is the other one's.
        if (end === 'rename') await one.rename('h', tree.path('f'), { followSymlinks: false });
        else rmSync(tree.text('part'));
        await one.close('h');
        return file;
      };
      await other.open('h', opened, true);
      await other.write('h', 0, bytes('other'));
      await other.rename('h', tree.path('g'), { followSymlinks: false });
      await other.closeAll();
      const names = end === 'rename' ? ['f', 'g'] : ['g'];
      expect(readdirSync(tree.root).sort()).toEqual(names);
      expect(names.map((name) => readFileSync(tree.text(name), 'utf8'))).toEqual(
        end === 'rename' ? ['whole', 'other'] : ['other'],
      );
    }
  });

  test('is given up where somebody else finishes it each time that it is opened', async () => {
    using tree = new Tree();
    const files = new FileHandles();
    let opened = 0;
    const open = async (): Promise<LocalFile> => {
      const file = await LocalFile.open(tree.path('part'), 'keep');
      opened += 1;
      rmSync(tree.text('part'));
      return file;
    };
    expect(await kindOf(files.open('h', open, true))).toBe('fileTaken');
    expect([opened, files.size]).toEqual([8, 0]);
  });

  test('is free again once it was closed', async () => {
    using tree = new Tree();
    const writers = new SoleWriters();
    const [one, other] = [new FileHandles({ writers }), new FileHandles({ writers })];
    await one.open('h', () => LocalFile.open(tree.path('f'), 'keep'), true);
    await one.close('h');
    await other.open('h', () => LocalFile.open(tree.path('f'), 'keep'), true);
    await other.write('h', 0, bytes('x'));
    await other.closeAll();
    expect(readFileSync(tree.text('f'), 'utf8')).toBe('x');
  });

  test('takes the place of a file or a link, and of nothing else', async () => {
    using tree = new Tree();
    const files = new FileHandles();
    execFileSync('mkfifo', [tree.text('pipe')]);
    tree.directory('directory');
    tree.link('link', 'nowhere');
    await files.open('h', () => LocalFile.open(tree.path('part'), 'keep'), true);
    const outcomes: unknown[] = [];
    for (const followSymlinks of [true, false]) {
      for (const name of ['pipe', 'directory'])
        outcomes.push(await kindOf(files.rename('h', tree.path(name), { followSymlinks })));
    }
    expect(outcomes).toEqual(Array.from({ length: 4 }, () => 'notAFile'));
    await files.rename('h', tree.path('link'), { followSymlinks: false });
    await files.closeAll();
    const isStill = [lstatSync(tree.text('pipe')).isFIFO(), lstatSync(tree.text('link')).isFile()];
    expect([readdirSync(tree.root).sort(), isStill]).toEqual([
      ['directory', 'link', 'pipe'],
      [true, true],
    ]);
  });

  test('keeps its name where another file has come to have it', async () => {
    using tree = new Tree();
    const files = new FileHandles();
    await files.open('h', () => LocalFile.open(tree.path('part'), 'keep'), true);
    renameSync(tree.text('part'), tree.text('moved'));
    tree.file('part', 'somebody else');
    expect(await kindOf(files.rename('h', tree.path('f'), { followSymlinks: true }))).toBe('fileNotFound');
    expect(readFileSync(tree.text('part'), 'utf8')).toBe('somebody else');
    await files.closeAll();
  });
});

test('the end of a session ends a digest that nobody waits for', async () => {
  using tree = new Tree();
  const files = new FileHandles();
  await files.open('h', () => LocalFile.open(tree.file('f', ''), 'read'));
  // Takes no room, and hours to read.
  truncateSync(tree.text('f'), 2 ** 42);
  const digest = kindOf(files.digest('h', 2 ** 42));
  await files.closeAll();
  expect(await digest).toBe('sessionUnknown');
});

test('a file in a sandbox is read and written there, and has no digest and no other name', async () => {
  using tree = new Tree();
  const files = new FileHandles();
  const written: unknown[] = [];
  await files.open('h', () =>
    Promise.resolve({
      read: (offset, length) =>
        Promise.resolve({ chunk: bytes(`${String(offset)} ${String(length)}`), eof: true }),
      write: (offset, chunk) => Promise.resolve(void written.push([offset, Buffer.from(chunk).toString()])),
      close: () => Promise.resolve(void written.push('closed')),
    }),
  );
  expect([
    await kindOf(files.digest('h', 1)),
    await kindOf(files.rename('h', tree.path('g'), { followSymlinks: true })),
  ]).toEqual(['sandboxUnsupported', 'sandboxUnsupported']);
  expect(await files.read('h', 3, 9)).toEqual({ chunk: bytes('3 9'), eof: true });
  await files.write('h', 2, bytes('x'));
  await files.close('h');
  expect(written).toEqual([[2, 'x'], 'closed']);
});
