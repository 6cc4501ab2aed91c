import {
  ExecError,
  fsClose,
  fsOpen,
  fsReadBlock,
  fsWriteBlock,
  MAX_FILE_BLOCK_BYTES,
  RESUME_RETRY_MS,
} from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import type { Client } from '../client.js';
import { FakeServer } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { settle, until } from '../testing/until.js';

const LARGE = new Uint8Array(8 * MAX_FILE_BLOCK_BYTES);

/** What holds a file open for as long as it moves its content. */
const MOVES = {
  writeFile: (client: Client, signal: AbortSignal) => client.fs.writeFile('/a', LARGE, { signal }),
  createWriteStream: (client: Client, signal: AbortSignal) =>
    client.fs.createWriteStream('/a', { signal }).getWriter().write(LARGE),
  readFile: (client: Client, signal: AbortSignal) => client.fs.readFile('/a', { signal }),
  createReadStream: (client: Client, signal: AbortSignal) =>
    new Response(client.fs.createReadStream('/a', { signal })).arrayBuffer(),
} as const;

/** A server with a file whose blocks are moved as `move` says. */
function serverOf(move: () => Promise<never>): FakeServer {
  const server = new FakeServer();
  server.on(fsOpen, ({ handleId }) => ({ handleId }));
  server.on(fsClose, () => ({}));
  server.on(fsReadBlock, move);
  server.on(fsWriteBlock, move);
  return server;
}

function closedFiles(server: FakeServer): number {
  return server.paramsOf(fsClose.method).length;
}

describe('a file is closed once', () => {
  test.each(Object.entries(MOVES))('when %s fails', async (_, move) => {
    const server = serverOf(() => Promise.reject(new ExecError('fileSystemFailed', 'broken disk')));
    await using client = await server.connect();
    await expect(move(client, new AbortController().signal)).rejects.toThrow('broken disk');
    await settle();
    expect(closedFiles(server)).toBe(1);
  });

  test.each(Object.entries(MOVES))(
    'when %s is aborted without a link, which is told at once and done after the resume',
    async (_, move) => {
      const server = serverOf(() => new Promise(() => undefined));
      const clock = new ManualClock();
      await using client = await server.connect({ silenceMs: 0 }, clock);
      const stop = new AbortController();
      const moved = move(client, stop.signal);
      await until(() => server.asked.some(({ method }) => /Block$/.test(method)));
      server.isDown = true;
      server.cut();
      await until(() => server.dials === 2);
      const enough = new Error('enough');
      stop.abort(enough);
      await expect(moved).rejects.toBe(enough);
      expect(client.state).toBe('recovering');
      server.isDown = false;
      clock.advance(RESUME_RETRY_MS);
      await until(() => closedFiles(server) === 1);
      await settle();
      expect(closedFiles(server)).toBe(1);
    },
  );
});
