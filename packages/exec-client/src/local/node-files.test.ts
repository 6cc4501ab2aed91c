import { Buffer } from 'node:buffer';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LocalPath } from '../transfer/local-files.js';
import { nodeFiles } from './node-files.js';

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ABC_SHA256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

/** A directory for one test. */
class Place implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'holdfast-local-'));

  path(name: string): LocalPath {
    return Buffer.from(join(this.root, name));
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.root, name), content);
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  get names(): string[] {
    return readdirSync(this.root).sort();
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test('what is one name lies in its directory, in the bytes that it has', () => {
  for (const name of ['a', '...', '.b', 'c..', ' ', '\xff\xfe']) {
    expect(Buffer.from(nodeFiles.join(latin1('/d'), latin1(name))).toString('latin1')).toBe(
      `/d${sep}${name}`,
    );
  }
});

test.each(['', '.', '..', '/', '../a', 'a/b', `a${sep}..`, 'a\0'])('%j is not taken for a name', (name) => {
  expect(() => nodeFiles.join(latin1('/d'), latin1(name))).toThrow(
    expect.objectContaining({ kind: 'invalidPath' }) as Error,
  );
});

test.each([
  ['', []],
  ['abc', ['abc']],
  ['abcd', ['abcd']],
  ['abcde', ['abcd', 'e']],
  ['abcdefgh', ['abcd', 'efgh']],
])('%j is read in blocks of four, all but the last full and none empty', async (content, blocks) => {
  using place = new Place();
  place.write('f', content);
  const read: string[] = [];
  for await (const block of nodeFiles.read(place.path('f'), 4)) read.push(Buffer.from(block).toString());
  expect(read).toEqual(blocks);
});

describe('what a path leads to', () => {
  test('is told with its size, links followed', async () => {
    using place = new Place();
    place.write('f', 'abc');
    mkdirSync(join(place.root, 'd'));
    symlinkSync('f', join(place.root, 'l'));
    const [file, link] = await Promise.all(['f', 'l'].map((name) => nodeFiles.describe(place.path(name))));
    expect(file).toEqual({ kind: 'file', size: 3, version: file?.version });
    expect(link).toEqual(file);
    expect(await nodeFiles.describe(place.path('d'))).toMatchObject({ kind: 'directory' });
    expect(await nodeFiles.describe(Buffer.from('/dev/null'))).toMatchObject({ kind: 'other', size: 0 });
  });

  test('is nothing behind a link to nowhere, below a file and where nothing is', async () => {
    using place = new Place();
    place.write('f', '');
    symlinkSync('nowhere', join(place.root, 'l'));
    const found = await Promise.all(
      ['l', 'f/below', 'no'].map((name) => nodeFiles.describe(place.path(name))),
    );
    expect(found).toEqual([undefined, undefined, undefined]);
  });

  test('has another version when it was written to, even to the same size', async () => {
    using place = new Place();
    place.write('f', 'abc');
    const before = await nodeFiles.describe(place.path('f'));
    rmSync(join(place.root, 'f'));
    place.write('other', '');
    place.write('f', 'xyz');
    const after = await nodeFiles.describe(place.path('f'));
    expect([after?.size, after?.version === before?.version]).toEqual([3, false]);
  });
});

test('a directory lists its names, links as links', async () => {
  using place = new Place();
  place.write('f', '');
  mkdirSync(join(place.root, 'd'));
  symlinkSync('d', join(place.root, 'l'));
  const listed = await nodeFiles.list(Buffer.from(place.root));
  const named = listed.map(({ name, kind }) => [Buffer.from(name).toString(), kind]);
  expect(named.sort()).toEqual([
    ['d', 'directory'],
    ['f', 'file'],
    ['l', 'link'],
  ]);
});

describe('a file that takes the place of another', () => {
  test('has the name once it is committed, and nothing is left', async () => {
    using place = new Place();
    place.write('f', 'old');
    const replacement = await nodeFiles.replace(place.path('f'));
    await replacement.write(Buffer.from('a'));
    await replacement.write(Buffer.from('bc'));
    expect([place.read('f'), await replacement.digest()]).toEqual(['old', ABC_SHA256]);
    await replacement.commit();
    await replacement.discard();
    expect([place.names, place.read('f')]).toEqual([['f'], 'abc']);
  });

  // Windows knows no such permissions.
  test.skipIf(process.platform === 'win32').each([0o600, 0o640, 0o755])(
    'is private from its beginning where it replaces one, and gets the permissions %o of that in the end',
    async (mode) => {
      using place = new Place();
      const modeOf = (name: string): number => statSync(join(place.root, name)).mode & 0o777;
      place.write('f', 'old');
      chmodSync(join(place.root, 'f'), mode);
      const replacement = await nodeFiles.replace(place.path('f'));
      await replacement.write(Buffer.from('new'));
      expect(place.names.map(modeOf)).toEqual([0o600, mode]);
      await replacement.commit();
      expect([place.names, modeOf('f'), place.read('f')]).toEqual([['f'], mode, 'new']);
    },
  );

  test('leaves the old one when it is discarded, and nothing else; twice is once', async () => {
    using place = new Place();
    place.write('f', 'old');
    const replacement = await nodeFiles.replace(place.path('f'));
    await replacement.write(Buffer.from('new'));
    await replacement.discard();
    await replacement.discard();
    expect([place.names, place.read('f')]).toEqual([['f'], 'old']);
  });

  test('may be empty, and may be the first of its name', async () => {
    using place = new Place();
    const replacement = await nodeFiles.replace(place.path('f'));
    expect(await replacement.digest()).toBe(EMPTY_SHA256);
    await replacement.commit();
    expect([place.names, place.read('f')]).toEqual([['f'], '']);
  });

  test('takes the place of a link, and what the link leads to stays as it is', async () => {
    using place = new Place();
    place.write('target', 'untouched');
    symlinkSync('target', join(place.root, 'f'));
    const replacement = await nodeFiles.replace(place.path('f'));
    await replacement.write(Buffer.from('new'));
    await replacement.commit();
    expect([place.names, place.read('f'), place.read('target')]).toEqual([
      ['f', 'target'],
      'new',
      'untouched',
    ]);
  });

  test('two at a time do not meet: the last one that is committed counts', async () => {
    using place = new Place();
    const [one, other] = await Promise.all([
      nodeFiles.replace(place.path('f')),
      nodeFiles.replace(place.path('f')),
    ]);
    await one.write(Buffer.from('one'));
    await other.write(Buffer.from('other'));
    await other.commit();
    await one.commit();
    expect([place.names, place.read('f')]).toEqual([['f'], 'one']);
  });

  test('needs its directory', async () => {
    using place = new Place();
    await expect(nodeFiles.replace(place.path('no/f'))).rejects.toMatchObject({
      kind: 'notADirectory',
      message: `the directory of ${JSON.stringify(join(place.root, 'no/f'))} does not exist on this machine; make it first`,
    });
  });
});

test('a relative path begins at the current directory, and only ENOENT means that something is missing', async () => {
  expect(Buffer.from(nodeFiles.resolve('a/../b')).toString()).toBe(resolve('b'));
  const errors = await Promise.all(
    ['/does/not/exist', '/dev/null'].map((path) =>
      nodeFiles.list(Buffer.from(path)).catch((error: unknown) => error),
    ),
  );
  expect(errors.map((error) => nodeFiles.isMissing(error))).toEqual([true, false]);
});
