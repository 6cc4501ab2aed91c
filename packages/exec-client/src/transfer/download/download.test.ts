import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fsGetMetadata, fsReadFile, fsWalk } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { systemClock } from '../../clock.js';
import { nodeFiles } from '../../local/node-files.js';
import { openSession } from '../../open-session.js';
import { FakeServer, WITHOUT_FILES } from '../../testing/fake-server.js';

test('a server that calls an entry something else gets it refused, and the rest is copied', async () => {
  const server = new FakeServer({ extensions: WITHOUT_FILES });
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
  server.on(fsReadFile, () => ({ dataBase64: Buffer.from('new') }));
  const home = await mkdtemp(join(tmpdir(), 'holdfast-download-'));
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
