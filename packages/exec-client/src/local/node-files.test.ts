import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { PARTIAL_FILE_TTL_MS } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import type { LocalPath } from '../transfer/local-files.js';
import { nodeFiles } from './node-files.js';
import { startOf } from './process-start.js';

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
  test('is told with its size and permissions, a link as a link', async () => {
    using place = new Place();
    place.write('f', 'abc');
    chmodSync(join(place.root, 'f'), 0o640);
    mkdirSync(join(place.root, 'd'));
    symlinkSync('f', join(place.root, 'l'));
    const file = await nodeFiles.describe(place.path('f'));
    expect(file).toEqual({ kind: 'file', size: 3, version: file?.version, permissions: 0o640 });
    const kinds = ['l', 'd'].map(async (name) => (await nodeFiles.describe(place.path(name)))?.kind);
    expect(await Promise.all(kinds)).toEqual(['link', 'directory']);
    expect(await nodeFiles.describe(Buffer.from('/dev/null'))).toMatchObject({ kind: 'other', size: 0 });
  });

  test('is nothing below a file and where nothing is', async () => {
    using place = new Place();
    place.write('f', '');
    const found = await Promise.all(['f/below', 'no'].map((name) => nodeFiles.describe(place.path(name))));
    expect(found).toEqual([undefined, undefined]);
  });

  test('without links is where they lead, and an error where that is nowhere', async () => {
    using place = new Place();
    place.write('f', '');
    symlinkSync('f', join(place.root, 'l'));
    symlinkSync('nowhere', join(place.root, 'dangling'));
    const real = Buffer.from(await nodeFiles.real(place.path('l')));
    expect(real).toEqual(Buffer.from(await nodeFiles.real(place.path('f'))));
    const error: unknown = await nodeFiles.real(place.path('dangling')).catch((reason: unknown) => reason);
    expect(nodeFiles.isMissing(error)).toBe(true);
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

test('a file is read from an offset on, and never through a link', async () => {
  using place = new Place();
  place.write('f', 'abcdefg');
  symlinkSync('f', join(place.root, 'l'));
  const read: string[] = [];
  for await (const block of nodeFiles.read(place.path('f'), 2, 3)) read.push(Buffer.from(block).toString());
  expect(read).toEqual(['de', 'fg']);
  const linked = nodeFiles.read(place.path('l'), 2)[Symbol.asyncIterator]();
  await expect(linked.next()).rejects.toMatchObject({ code: 'ELOOP' });
});

test('a link is made with the bytes of its target, in place of a file or a link, never of a directory', async () => {
  using place = new Place();
  place.write('f', '');
  symlinkSync('old', join(place.root, 'l'));
  mkdirSync(join(place.root, 'd'));
  const target = Buffer.from([0x2e, 0x2e, 0x2f, 0xff]);
  for (const name of ['f', 'l', 'new']) {
    await nodeFiles.makeLink(place.path(name), target);
    expect(Buffer.from(await nodeFiles.readLink(place.path(name)))).toEqual(target);
  }
  await expect(nodeFiles.makeLink(place.path('d'), target)).rejects.toMatchObject({ kind: 'notAFile' });
  expect(place.names).toEqual(['d', 'f', 'l', 'new']);
});

test('a directory is made in one that is there, and a link to one does not count', async () => {
  using place = new Place();
  await nodeFiles.makeDirectoryIn(place.path('d'));
  await nodeFiles.makeDirectoryIn(place.path('d'));
  symlinkSync('d', join(place.root, 'l'));
  await expect(nodeFiles.makeDirectoryIn(place.path('l'))).rejects.toMatchObject({ kind: 'notADirectory' });
});

describe('a file that is gone on with', () => {
  const KEY = 'a'.repeat(32);
  const goOn = (place: Place, key = KEY): ReturnType<typeof nodeFiles.goOn> =>
    nodeFiles.goOn(place.path('f'), key, 0o754);
  const text = async (file: { read(): AsyncIterable<Uint8Array> }): Promise<string> => {
    const blocks: Uint8Array[] = [];
    for await (const block of file.read()) blocks.push(block);
    return Buffer.concat(blocks).toString();
  };

  test('has what was kept of it, and gets its name and permissions when it is whole', async () => {
    using place = new Place();
    const first = await goOn(place);
    await first.write(Buffer.from('abc'));
    await first.keep();
    await first.discard();
    expect(place.names).toEqual([first.shown.slice(place.root.length + 2, -1)]);
    expect(statSync(join(place.root, place.names[0] ?? '')).mode & 0o777).toBe(0o600);
    const second = await goOn(place);
    expect([second.length, await text(second)]).toEqual([3, 'abc']);
    await second.write(Buffer.from('def'));
    await second.commit();
    await second.discard();
    expect([place.names, place.read('f'), statSync(join(place.root, 'f')).mode & 0o777]).toEqual([
      ['f'],
      'abcdef',
      0o754,
    ]);
  });

  test('is not shared with one that is being written, nor with another copy', async () => {
    using place = new Place();
    const living = await goOn(place);
    await living.write(Buffer.from('abc'));
    const [beside, other] = [await goOn(place), await goOn(place, 'b'.repeat(32))];
    expect([beside.length, other.length]).toEqual([0, 0]);
    for (const file of [living, beside, other]) await file.discard();
    expect(place.names).toEqual([]);
  });

  test('is that of a process that was killed, the longest of several; the others go', async () => {
    using place = new Place();
    // No process has it: the highest that Linux gives is less.
    const dead = 2 ** 30;
    place.write(`.holdfast-${KEY}-${dead}-0-1.part`, 'a');
    place.write(`.holdfast-${KEY}-${dead}-1f-2.part`, 'abc');
    const living = `.holdfast-${KEY}-${String(process.pid)}-${(await startOf(process.pid)) ?? '0'}-3.part`;
    place.write(living, 'abcdef');
    const found = await goOn(place);
    expect([found.length, place.names.length]).toEqual([3, 2]);
    await found.restart();
    await found.write(Buffer.from('x'));
    expect(await text(found)).toBe('x');
    await found.discard();
    expect(place.names).toEqual([living]);
  });

  // Elsewhere a number that is in use again keeps it.
  test.skipIf(process.platform === 'win32')(
    'is that of a process that was killed, also where its number is in use again',
    async () => {
      using place = new Place();
      place.write(`.holdfast-${KEY}-${String(process.pid)}-1f-1.part`, 'abc');
      place.write(`.holdfast-${KEY}-1-1f-2.part`, 'ab');
      const found = await goOn(place);
      expect([found.length, place.names.length]).toEqual([3, 1]);
      await found.discard();
    },
  );

  test('takes what is older than a week along, whosever it is, and nothing else', async () => {
    using place = new Place();
    const old = new Date(Date.now() - PARTIAL_FILE_TTL_MS - 3_600_000);
    for (const name of ['.holdfast-0123.part', '.holdfast-4567.part', 'users.part']) place.write(name, '');
    for (const name of ['.holdfast-0123.part', 'users.part']) utimesSync(join(place.root, name), old, old);
    await (await goOn(place)).discard();
    expect(place.names).toEqual(['.holdfast-4567.part', 'users.part']);
  });

  test('is not looked for behind a link that somebody put there', async () => {
    using place = new Place();
    place.write('secret', 'secret');
    symlinkSync('secret', join(place.root, `.holdfast-${KEY}-0-0-1.part`));
    const found = await goOn(place);
    await found.write(Buffer.from('new'));
    await found.commit();
    expect([place.read('secret'), place.read('f')]).toEqual(['secret', 'new']);
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

// Windows has no pipes that lie in directories.
test.skipIf(process.platform === 'win32')(
  'nothing takes the place of what is neither a file nor a link, whenever it came there',
  async () => {
    using place = new Place();
    const pipe = join(place.root, 'pipe');
    mkdirSync(join(place.root, 'd'));
    execFileSync('mkfifo', [pipe]);
    const key = 'a'.repeat(32);
    for (const [name, what] of [
      ['pipe', 'not a regular file'],
      ['d', 'a directory'],
    ] as const) {
      const refusal = {
        kind: 'notAFile',
        message: `"${join(place.root, name)}" is ${what}; choose another name`,
      };
      const path = place.path(name);
      await expect(nodeFiles.replace(path)).rejects.toMatchObject(refusal);
      await expect(nodeFiles.goOn(path, key, 0o600)).rejects.toMatchObject(refusal);
      await expect(nodeFiles.makeLink(path, latin1('d'))).rejects.toMatchObject(refusal);
    }
    rmSync(pipe);
    const late = await nodeFiles.replace(place.path('pipe'));
    execFileSync('mkfifo', [pipe]);
    await expect(late.commit()).rejects.toMatchObject({ kind: 'notAFile' });
    await late.discard();
    expect([place.names, lstatSync(pipe).isFIFO()]).toEqual([['d', 'pipe'], true]);
  },
);

test('a relative path begins at the current directory, and only ENOENT means that something is missing', async () => {
  expect(Buffer.from(nodeFiles.resolve('./b')).toString()).toBe(resolve('b'));
  const errors = await Promise.all(
    ['/does/not/exist', '/dev/null'].map((path) =>
      nodeFiles.list(Buffer.from(path)).catch((error: unknown) => error),
    ),
  );
  expect(errors.map((error) => nodeFiles.isMissing(error))).toEqual([true, false]);
});
