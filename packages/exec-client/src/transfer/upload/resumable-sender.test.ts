import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ExecError,
  fsCanonicalize,
  fsClose,
  fsDigest,
  fsGetMetadata,
  fsOpen,
  fsRemove,
  fsRename,
  fsWriteBlock,
  MAX_FILE_BLOCK_BYTES,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { systemClock } from '../../clock.js';
import { nodeFiles } from '../../local/node-files.js';
import { openSession } from '../../open-session.js';
import { FakeServer } from '../../testing/fake-server.js';
import type { TransferResult } from '../transfer.js';

const CONTENT = Buffer.alloc(MAX_FILE_BLOCK_BYTES + 1, 'x');
const FILE = { isDirectory: false, isFile: true, isSymlink: false, createdAtMs: 0, modifiedAtMs: 0 };
const PART = /^file:\/\/\/d\/\.holdfast-[0-9a-f]{32}\.part$/;

/** An executor with an empty directory that takes one file, and a file here that goes there. */
class World implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'holdfast-resumable-'));
  readonly here = join(this.root, 'here');
  readonly server = new FakeServer();
  readonly kept: string[] = [];
  /** What has arrived. */
  there = Buffer.alloc(0);

  constructor() {
    writeFileSync(this.here, CONTENT);
    this.server.on(fsCanonicalize, ({ path }) => ({ path }));
    this.server.on(fsGetMetadata, ({ path }) => {
      if (!PART.test(path)) throw new ExecError('fileNotFound', 'not there');
      return { ...FILE, size: this.there.length };
    });
    this.server.on(fsOpen, ({ handleId }) => ({ handleId }));
    this.server.on(fsDigest, ({ length }) => ({
      sha256: createHash('sha256').update(this.there.subarray(0, length)).digest('hex'),
      length: Math.min(length, this.there.length),
      size: this.there.length,
    }));
    this.server.on(fsWriteBlock, ({ offset, chunk }) => {
      this.there = Buffer.concat([this.there.subarray(0, offset), chunk]);
      return {};
    });
    for (const spec of [fsRename, fsClose, fsRemove]) this.server.on(spec, () => ({}));
  }

  async upload(signal?: AbortSignal): Promise<TransferResult> {
    await using client = await openSession(() => this.server.dial(), {}, systemClock, nodeFiles);
    return await client.fs.upload(this.here, '/d/f', {
      onKept: (path) => this.kept.push(path),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Lets the first write of the second block fail. */
  failOnce(error: ExecError): void {
    let isNext = true;
    this.server.on(fsWriteBlock, ({ offset, chunk }) => {
      if (offset > 0 && isNext) {
        isNext = false;
        throw error;
      }
      this.there = Buffer.concat([this.there.subarray(0, offset), chunk]);
      return {};
    });
  }

  removed(): unknown[] {
    return this.server.paramsOf(fsRemove.method).map((params) => (params as { readonly path: string }).path);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

test('what has arrived is not sent again when the link breaks, and nothing counts as left behind', async () => {
  using world = new World();
  world.failOnce(new ExecError('outcomeUnknown', 'lost'));
  expect(await world.upload()).toEqual({
    files: 1,
    directories: 0,
    links: 0,
    bytes: CONTENT.length,
    resumedBytes: MAX_FILE_BLOCK_BYTES,
    skipped: [],
  });
  const offsets = world.server
    .paramsOf(fsWriteBlock.method)
    .map((params) => (params as { offset: number }).offset);
  expect(offsets).toEqual([0, MAX_FILE_BLOCK_BYTES, MAX_FILE_BLOCK_BYTES]);
  expect([world.there.equals(CONTENT), world.kept, world.removed()]).toEqual([true, [], []]);
});

test('what is given up before it is known whether it can be gone on with is closed, stays, and is named', async () => {
  using world = new World();
  world.there = CONTENT.subarray(0, 5);
  const stop = new AbortController();
  world.server.on(fsDigest, ({ length }) => {
    stop.abort(new Error('enough'));
    return { sha256: '', length, size: length };
  });
  await expect(world.upload(stop.signal)).rejects.toThrow('enough');
  const handlesOf = (spec: { readonly method: string }): unknown[] =>
    world.server.paramsOf(spec.method).map((params) => (params as { readonly handleId: string }).handleId);
  expect([handlesOf(fsClose), world.removed()]).toEqual([handlesOf(fsOpen), []]);
  expect([handlesOf(fsOpen).length, world.kept]).toEqual([1, [expect.stringMatching(PART)]]);
});

test.each([
  [
    'a pipe',
    { ...FILE, isFile: false },
    'file:///d/f is not a regular file on the executor; choose another name',
  ],
  [
    'a directory',
    { ...FILE, isFile: false, isDirectory: true },
    'file:///d/f is a directory on the executor; choose another name',
  ],
])('%s is not replaced, and nothing is sent', async (_, found, message) => {
  using world = new World();
  world.server.on(fsGetMetadata, () => ({ ...found, size: 0 }));
  await expect(world.upload()).rejects.toMatchObject({ kind: 'notAFile', message });
  expect(world.server.paramsOf(fsOpen.method)).toEqual([]);
});

test('what fails for good is removed', async () => {
  using world = new World();
  world.failOnce(new ExecError('fileSystemFailed', 'no room'));
  await expect(world.upload()).rejects.toThrow('no room');
  expect([world.kept, world.removed()]).toEqual([[], [expect.stringMatching(PART)]]);
});

test('what somebody else goes on with is left alone', async () => {
  using world = new World();
  world.failOnce(new ExecError('fileTaken', 'taken'));
  await expect(world.upload()).rejects.toMatchObject({ kind: 'fileTaken' });
  expect([world.kept, world.removed()]).toEqual([[], []]);
});
