import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fsClose,
  fsGetMetadata,
  fsOpen,
  fsRemove,
  fsWriteBlock,
  MAX_FILE_BLOCK_BYTES,
  MAX_RESUME_RETRY_MS,
  TRANSFER_TIDY_MS,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { nodeFiles } from '../local/node-files.js';
import { openSession } from '../open-session.js';
import { FakeServer, WITHOUT_FILES } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { settle, until } from '../testing/until.js';

test('an upload that is aborted without a link ends in a moment, and is tidied up after the resume', async () => {
  const server = new FakeServer({ extensions: WITHOUT_FILES });
  server.on(fsGetMetadata, ({ path }) => ({
    isDirectory: path !== 'file:///there',
    isFile: path === 'file:///there',
    isSymlink: false,
    size: 0,
    createdAtMs: 0,
    modifiedAtMs: 0,
  }));
  server.on(fsOpen, ({ handleId }) => ({ handleId }));
  server.on(fsWriteBlock, () => new Promise(() => undefined));
  server.on(fsClose, () => ({}));
  server.on(fsRemove, () => ({}));
  const file = join(tmpdir(), `holdfast-upload-${randomUUID()}`);
  await writeFile(file, new Uint8Array(8 * MAX_FILE_BLOCK_BYTES));
  try {
    const clock = new ManualClock();
    const session = openSession(() => server.dial(), { silenceMs: 0 }, clock, nodeFiles);
    await using client = await session;
    const stop = new AbortController();
    let outcome: unknown;
    const sent = client.fs.upload(file, 'file:///there', { signal: stop.signal }).catch((error: unknown) => {
      outcome = error;
    });
    await until(() => server.paramsOf(fsWriteBlock.method).length > 0);
    server.isDown = true;
    server.cut();
    await until(() => server.dials === 2);
    await settle();
    const timers = clock.pending;
    const enough = new Error('enough');
    stop.abort(enough);
    await until(() => clock.pending > timers);
    clock.advance(TRANSFER_TIDY_MS - 1);
    await settle();
    expect(outcome).toBeUndefined();
    clock.advance(1);
    await sent;
    expect([outcome, client.state]).toEqual([enough, 'recovering']);
    server.isDown = false;
    clock.advance(MAX_RESUME_RETRY_MS);
    await until(() => server.paramsOf(fsRemove.method).length === 1);
    expect(server.paramsOf(fsClose.method)).toHaveLength(1);
  } finally {
    await rm(file);
  }
});
