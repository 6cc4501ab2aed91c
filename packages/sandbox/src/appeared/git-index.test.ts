import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import { MAX_INDEX_CHARACTERS } from '../limits.js';
import { faultOfIndex, isStrangeName } from './git-index.js';

let directory: string;

beforeEach(() => {
  directory = temporaryDirectory();
});

function git(...args: readonly string[]): void {
  execFileSync('git', ['-C', directory, ...args], { stdio: 'ignore' });
}

/** The index of a repository with such files. */
function indexOf(format: string, version: string, names: readonly string[]): Buffer {
  git('init', '-q', `--object-format=${format}`);
  for (const name of names) {
    mkdirSync(path.join(directory, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(directory, name), 'x');
  }
  git('add', '-A');
  git('add', '-N', '.');
  git('update-index', '--index-version', version);
  return readFileSync(path.join(directory, '.git/index'));
}

/** As one look has it, with so many characters left. */
function fault(
  bytes: Buffer,
  hash: 'sha1' | 'sha256' = 'sha1',
  indexCharacters = MAX_INDEX_CHARACTERS,
): ReturnType<typeof faultOfIndex> {
  return faultOfIndex(bytes, hash, { indexCharacters });
}

const NAMES = ['a', 'dir/b.git', 'dir/bc', '.gitignore', `${'long/'.repeat(50)}name`, 'ümlaut'];

describe('an index that git reads with several threads', () => {
  const names = Array.from({ length: 40 }, (_, at) => `f${String(at).padStart(2, '0')}`);

  function withBlocks(version: string): Buffer {
    vi.stubEnv('GIT_TEST_INDEX_THREADS', '3');
    const bytes = indexOf('sha1', version, names);
    vi.unstubAllEnvs();
    return bytes;
  }

  test.each(['2', '4'])('in version %s has no fault as git writes it', async (version) => {
    const bytes = withBlocks(version);
    expect([bytes.includes('IEOT'), bytes.includes('EOIE'), await fault(bytes)]).toEqual([
      true,
      true,
      undefined,
    ]);
  });

  test('is not as git writes it where a block begins, or the entries end, elsewhere', async () => {
    for (const [signature, offset] of [
      ['IEOT', 12],
      ['IEOT', 16],
      ['EOIE', 8],
    ] as const) {
      const bytes = withBlocks('2');
      const at = bytes.lastIndexOf(signature) + offset;
      bytes.writeUInt32BE(bytes.readUInt32BE(at) + 1, at);
      expect(await fault(bytes)).toEqual({ kind: 'unreadable' });
    }
  });
});

describe.each(['sha1', 'sha256'] as const)('an index with hashes of %s', (format) => {
  test.each(['2', '3', '4'])('in version %s, as git writes it, has no fault', async (version) => {
    expect(await fault(indexOf(format, version, NAMES), format)).toBeUndefined();
  });

  test.each(['2', '4'])(
    'in version %s that names the directory of a repository is told of',
    async (version) => {
      const bytes = indexOf(format, version, ['a', 'xgit/hooks/update', 'z']);
      bytes.write('.', bytes.indexOf('xgit/hooks/update'), 'latin1');
      expect(await fault(bytes, format)).toEqual({ kind: 'strangeName', name: '.git/hooks/update' });
    },
  );
});

test.each(['..', './a', 'a//b', '/etc/x', '.GIT/x', 'a/../b', 'GIT~1/x'])(
  '%s is a strange name',
  async (name) => {
    const entry = Buffer.alloc(80);
    entry.writeUInt16BE(name.length, 60);
    entry.write(name, 62, 'latin1');
    const header = Buffer.from('DIRC\0\0\0\x02\0\0\0\x01', 'latin1');
    expect(await fault(Buffer.concat([header, entry]))).toEqual({ kind: 'strangeName', name });
  },
);

test.each([
  ['nothing', Buffer.alloc(0)],
  ['another file', Buffer.from('ref: refs/heads/main\n')],
  ['an index that is cut off', Buffer.from('DIRC\0\0\0\x02\0\0\0\x09', 'latin1')],
  ['a version that nobody knows', Buffer.from('DIRC\0\0\0\x05\0\0\0\x00', 'latin1')],
])('%s is not as git writes it', async (_, bytes) => {
  expect(await fault(bytes)).toEqual({ kind: 'unreadable' });
});

test.each(['sha1', 'sha256'] as const)(
  'with hashes of %s, it is told of another end of the entries where git looks for one, wherever that lies',
  async (format) => {
    const hashBytes = format === 'sha1' ? 20 : 32;
    const bytes = indexOf(format, '2', ['a']);
    const end = bytes.length - hashBytes;
    const withEnd = (offset: number): Buffer => {
      const extension = Buffer.alloc(8 + 32);
      extension.write('ZZZZ\0\0\0\x20EOIE\0\0\0\x18', 'latin1');
      extension.writeUInt32BE(offset, 16);
      return Buffer.concat([bytes.subarray(0, end), extension, bytes.subarray(end)]);
    };
    expect([await fault(withEnd(end), format), await fault(withEnd(end + 8), format)]).toEqual([
      undefined,
      { kind: 'unreadable' },
    ]);
  },
);

test('so it is where that lies in the last entry', async () => {
  const header = Buffer.from('DIRC\0\0\0\x02\0\0\0\x01', 'latin1');
  const entry = Buffer.alloc(72);
  entry.write('\x09ninebytes', 61, 'latin1');
  const index = Buffer.concat([header, entry, Buffer.alloc(20)]);
  expect(await fault(index)).toBeUndefined();
  index.write('EOIE\0\0\0\x18\0\0\0\x0c', 52, 'latin1');
  expect(await fault(index)).toEqual({ kind: 'unreadable' });
});

describe('an entry that git writes in no index', () => {
  /** Where the flags of the first entry are. */
  const FLAGS = 12 + 60;

  test('has flags of a later version, which git reads all the same', async () => {
    // Flags that git knows, or a name.
    const bytes = indexOf('sha1', '2', ['@']);
    expect(await fault(bytes)).toBeUndefined();
    bytes.writeUInt16BE(0x4001, FLAGS);
    expect(await fault(bytes)).toEqual({ kind: 'unreadable' });
  });

  test('has flags that nobody knows', async () => {
    const bytes = indexOf('sha1', '3', NAMES);
    writeFileSync(path.join(directory, 'added-later'), '');
    git('add', '-N', '.');
    const later = readFileSync(path.join(directory, '.git/index'));
    const flags = later.indexOf('added-later') - 2;
    expect([await fault(later), later.readUInt16BE(flags)]).toEqual([undefined, 0x2000]);
    later.writeUInt16BE(0x2001, flags);
    expect([await fault(bytes), await fault(later)]).toEqual([undefined, { kind: 'unreadable' }]);
  });

  test('has something between its name and the next entry', async () => {
    const bytes = indexOf('sha1', '2', ['abc', 'd']);
    bytes.write('x', FLAGS + 2 + 'abc'.length + 1, 'latin1');
    expect(await fault(bytes)).toEqual({ kind: 'unreadable' });
  });

  test('comes before another one of a lower name, or with the same one', async () => {
    for (const name of ['c', 'b']) {
      const bytes = indexOf('sha1', '2', ['a', 'b']);
      bytes.write(name, FLAGS + 2, 'latin1');
      expect(await fault(bytes)).toEqual({ kind: 'unreadable' });
    }
  });
});

test('the sides of a conflict and a split index are as git writes them', async () => {
  indexOf('sha1', '2', ['a', 'b']);
  const blob = '587be6b4c3f93f93c489c0111bba5596147a26cb';
  const sides = [1, 2, 3].map((stage) => `100644 ${blob} ${stage}\ta\n`).join('');
  const input = `0 ${'0'.repeat(40)}\ta\n${sides}`;
  execFileSync('git', ['-C', directory, 'update-index', '--index-info'], { input });
  const conflict = readFileSync(path.join(directory, '.git/index'));
  git('update-index', '--split-index');
  writeFileSync(path.join(directory, 'b'), 'changed');
  writeFileSync(path.join(directory, 'c'), 'c');
  git('add', 'b', 'c');
  const split = readFileSync(path.join(directory, '.git/index'));
  expect([await fault(conflict), split.includes('link'), await fault(split)]).toEqual([
    undefined,
    true,
    undefined,
  ]);
});

test('what follows the entries is nothing but extensions as git writes them', async () => {
  const bytes = indexOf('sha1', '2', ['a', 'b']);
  const end = bytes.length - 20;
  const withTail = (tail: string): Buffer =>
    Buffer.concat([bytes.subarray(0, end), Buffer.from(tail, 'latin1'), bytes.subarray(end)]);
  expect(await fault(withTail('ABCD\0\0\0\0'))).toBeUndefined();
  for (const tail of ['abcd\0\0\0\0', 'A\0CD\0\0\0\0', 'ABCD\0\0\0\x01', 'x']) {
    expect(await fault(withTail(tail))).toEqual({ kind: 'unreadable' });
  }
});

test('neither an entry of a split index without a name nor a directory that is not checked out is strange', () => {
  expect(['', 'dir/', 'dir/sub/', '.github', '.git2/x', 'a.git/b', '...'].filter(isStrangeName)).toEqual([]);
});

test('an index with more characters in its names than are left is told as one that nobody reads', async () => {
  const bytes = indexOf('sha1', '2', ['abc', 'defg']);
  const cost = 'abc'.length + 'defg'.length + 2 * 16;
  expect([await fault(bytes, 'sha1', cost), await fault(bytes, 'sha1', cost - 1)]).toEqual([
    undefined,
    { kind: 'unreadable' },
  ]);
});

test('an index of other hashes than its repository has is not as git writes it there', async () => {
  expect(await fault(indexOf('sha256', '2', NAMES), 'sha1')).toEqual({ kind: 'unreadable' });
});
