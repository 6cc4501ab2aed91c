import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fsClose,
  fsCopy,
  fsCreateDirectory,
  fsGetMetadata,
  fsOpen,
  fsReadBlock,
  fsReadFile,
  fsRemove,
  fsWriteBlock,
  fsWriteFile,
  MAX_FILE_BLOCK_BYTES,
} from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import type { Client } from '../client.js';
import { systemClock } from '../clock.js';
import { nodeFiles } from '../local/node-files.js';
import { openSession } from '../open-session.js';
import { FakeServer, WITHOUT_FILES } from '../testing/fake-server.js';
import type { LocalFiles } from './local-files.js';

const FILE = { isFile: true, isDirectory: false, isSymlink: false, createdAtMs: 0, modifiedAtMs: 0 };

/** A directory here with a file, and an executor that has what a test says. */
class World implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'holdfast-verification-'));
  readonly server = new FakeServer({ extensions: WITHOUT_FILES });
  readonly here = join(this.root, 'here');
  readonly client: Promise<Client>;

  constructor(local: Partial<LocalFiles> = {}) {
    this.client = openSession(() => this.server.dial(), {}, systemClock, { ...nodeFiles, ...local });
  }

  get names(): string[] {
    return readdirSync(this.root).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.client).close();
    rmSync(this.root, { recursive: true });
  }
}

describe('a download', () => {
  test('whose bytes the disk does not give back is refused, and the old file stays', async () => {
    await using world = new World({
      async replace(path) {
        const replacement = await nodeFiles.replace(path);
        return Object.assign(replacement, { digest: () => Promise.resolve('other') });
      },
    });
    writeFileSync(world.here, 'old');
    world.server.on(fsGetMetadata, () => ({ ...FILE, size: 3 }));
    world.server.on(fsReadFile, () => ({ dataBase64: Buffer.from('new') }));
    const outcome = (await world.client).fs.download('/f', world.here);
    await expect(outcome).rejects.toMatchObject({
      kind: 'fileSystemFailed',
      message: expect.stringMatching(/here": what was written is not what was sent/) as string,
    });
    expect([world.names, readFileSync(world.here, 'utf8')]).toEqual([['here'], 'old']);
  });

  test('of a file that grows while it is read is refused, and nothing is left', async () => {
    await using world = new World();
    let looks = 0;
    world.server.on(fsGetMetadata, () => ({ ...FILE, size: MAX_FILE_BLOCK_BYTES + (looks += 1) }));
    world.server.on(fsOpen, ({ handleId }) => ({ handleId }));
    world.server.on(fsReadBlock, () => ({ chunk: Buffer.from('abc'), eof: true }));
    world.server.on(fsClose, () => ({}));
    await expect((await world.client).fs.download('/f', world.here)).rejects.toThrow(
      'it changed while it was copied; copy it again',
    );
    expect(world.names).toEqual([]);
  });
});

describe('an upload', () => {
  test('of a small file is read again, and refused where something else has arrived', async () => {
    await using world = new World();
    writeFileSync(world.here, 'abc');
    world.server.on(fsGetMetadata, () => ({ ...FILE, size: 0 }));
    world.server.on(fsWriteFile, () => ({}));
    world.server.on(fsReadFile, () => ({ dataBase64: Buffer.from('abd') }));
    await expect((await world.client).fs.upload(world.here, '/d/f')).rejects.toMatchObject({
      kind: 'fileSystemFailed',
      message: expect.stringMatching(/^file:\/\/\/d\/f: what was written is not what was sent/) as string,
    });
  });

  test('of a small file that was written to since it was found is refused, and nothing is sent', async () => {
    await using world = new World({
      async describe(path) {
        const entry = await nodeFiles.describe(path);
        return entry && { ...entry, size: entry.size + 1 };
      },
    });
    writeFileSync(world.here, 'abc');
    world.server.on(fsGetMetadata, () => ({ ...FILE, size: 0 }));
    await expect((await world.client).fs.upload(world.here, '/d/f')).rejects.toThrow(
      'it changed while it was copied',
    );
    expect(world.server.paramsOf('fs/writeFile')).toEqual([]);
  });

  test('of a large file gives it its name only when what has arrived was read again', async () => {
    await using world = new World();
    writeFileSync(world.here, Buffer.alloc(MAX_FILE_BLOCK_BYTES + 1, 'x'));
    world.server.on(fsGetMetadata, () => ({ ...FILE, size: 0 }));
    world.server.on(fsOpen, ({ handleId }) => ({ handleId }));
    world.server.on(fsWriteBlock, () => ({}));
    world.server.on(fsReadBlock, () => ({ chunk: Buffer.from('something else'), eof: true }));
    world.server.on(fsClose, () => ({}));
    world.server.on(fsRemove, () => ({}));
    world.server.on(fsCopy, () => ({}));
    await expect((await world.client).fs.upload(world.here, '/d/f')).rejects.toMatchObject({
      kind: 'fileSystemFailed',
    });
    const written = world.server.paramsOf('fs/writeBlock') as readonly { readonly chunk: Uint8Array }[];
    expect(written.length).toBe(2);
    expect(world.server.paramsOf('fs/copy')).toEqual([]);
    // What did not arrive as it was sent is taken away again.
    const [opened] = world.server.paramsOf('fs/open') as readonly { readonly path: string }[];
    expect(world.server.paramsOf('fs/remove')).toMatchObject([{ path: opened?.path }]);
  });
});

test('a server without the extension is asked for nothing of it, nor of any method that it has not', async () => {
  await using world = new World();
  mkdirSync(join(world.root, 'tree'));
  writeFileSync(join(world.root, 'tree', 'file'), 'abc', { mode: 0o640 });
  symlinkSync('file', join(world.root, 'tree', 'link'));
  world.server.on(fsCreateDirectory, () => ({}));
  world.server.on(fsWriteFile, () => ({}));
  world.server.on(fsReadFile, () => ({ dataBase64: Buffer.from('abc') }));
  const client = await world.client;
  const result = await client.fs.upload(join(world.root, 'tree'), '/d');
  expect(result).toMatchObject({ files: 1, links: 0, skipped: [{ reason: expect.any(String) as string }] });
  const files = world.server.asked.filter(({ method }) => method.startsWith('fs/'));
  expect(files).toEqual([
    { method: 'fs/createDirectory', params: { path: 'file:///d', recursive: true } },
    { method: 'fs/writeFile', params: { path: 'file:///d/file', dataBase64: 'YWJj' } },
    { method: 'fs/readFile', params: { path: 'file:///d/file' } },
  ]);
});
