import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fsGetMetadata, fsReadFile, fsWalk } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { systemClock } from '../clock.js';
import { openSession } from '../open-session.js';
import { FakeServer } from '../testing/fake-server.js';
import { nodeFiles } from './node-files.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test('what is one name lies in its directory, in the bytes that it has', () => {
  for (const name of ['a', '...', '.b', 'c..', ' ', '\xff\xfe']) {
    expect(Buffer.from(nodeFiles.join(bytes('/d'), bytes(name))).toString('latin1')).toBe(`/d${sep}${name}`);
  }
});

test.each(['', '.', '..', '/', '../a', 'a/b', `a${sep}..`, 'a\0'])('%j is not taken for a name', (name) => {
  expect(() => nodeFiles.join(bytes('/d'), bytes(name))).toThrow(
    expect.objectContaining({ kind: 'invalidPath' }) as Error,
  );
});

// Windows knows no such permissions.
test.skipIf(process.platform === 'win32')(
  'what replaces a private file is private from its beginning, and gets its permissions in the end',
  async () => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-node-files-'));
    const modeOf = async (name: string): Promise<number> => (await stat(join(home, name))).mode & 0o777;
    try {
      for (const mode of [0o600, 0o640, 0o755]) {
        const target = join(home, 'target');
        await writeFile(target, 'old');
        await chmod(target, mode);
        const replacement = await nodeFiles.replace(nodeFiles.resolve(target));
        await replacement.write(bytes('new'));
        const [part = ''] = (await readdir(home)).filter((name) => name !== 'target');
        expect(await modeOf(part)).toBe(0o600);
        await replacement.commit();
        expect([await modeOf('target'), await readFile(target, 'utf8')]).toEqual([mode, 'new']);
      }
    } finally {
      await rm(home, { recursive: true });
    }
  },
);

test('a server that calls an entry something else gets it refused, and the rest is copied', async () => {
  const server = new FakeServer();
  server.on(fsGetMetadata, ({ path }) => ({
    isDirectory: path === 'file:///srv',
    isFile: path !== 'file:///srv',
    isSymlink: false,
    size: 3,
    createdAtMs: 0,
    modifiedAtMs: 0,
  }));
  server.on(fsWalk, () => ({
    entries: [
      { path: 'file:///', kind: 'directory' as const },
      { path: 'file:///srv/x/..', kind: 'file' as const },
      { path: 'file:///srv/good', kind: 'file' as const },
    ],
    errors: [],
    truncated: false,
  }));
  server.on(fsReadFile, () => ({ dataBase64: bytes('new') }));
  const home = await mkdtemp(join(tmpdir(), 'holdfast-node-files-'));
  try {
    await using client = await openSession(() => server.dial(), {}, systemClock, nodeFiles);
    const failure: unknown = await client.fs
      .download('/srv', join(home, 'to'))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      failed: [{ path: 'file:///', reason: expect.stringContaining('its name') as string }],
      result: { files: 2, directories: 1 },
    });
    expect((await readdir(home, { recursive: true })).sort()).toEqual(['to', 'to/good', 'to/srv']);
  } finally {
    await rm(home, { recursive: true });
  }
});
