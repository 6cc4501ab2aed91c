import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from './harness.js';
import { openDescriptors, releasedDescriptors } from './process-table.js';
import type { RawClient } from './raw-client.js';
import { base64, eventsOf, outputOf, runFrom, start, startScript } from './runs.js';

const CLIENTS = 20;
const PROCESSES = 10;
const KIB = 1024;
const ACCEPTED = { result: { status: 'accepted' } };

/** Hundreds of programs start at once here, and machines differ. */
const LIMIT_MS = 60_000;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('load', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function connectAll(extensions?: Readonly<Record<string, number>>): Promise<RawClient[]> {
    return await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const client = await server.connect();
        await client.initialize(extensions);
        return client;
      }),
    );
  }

  async function writeAll(client: RawClient, processId: string, input: Buffer): Promise<void> {
    for (let from = 0, write = 0; from < input.length; from += 30_000, write += 1) {
      const chunk = base64(input.subarray(from, from + 30_000));
      expect(await client.request('process/write', { processId, writeId: `${write}`, chunk })).toEqual(
        ACCEPTED,
      );
    }
    expect(await client.request('process/closeStdin', { processId })).toEqual(ACCEPTED);
  }

  async function disposeAll(clients: readonly RawClient[]): Promise<void> {
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  }

  test('20 clients with 10 processes each lose no byte, in either direction', {
    timeout: LIMIT_MS,
  }, async () => {
    const before = openDescriptors(server.pid);
    const clients = await connectAll({ signals: 1 });
    const accounts = clients.flatMap((client) =>
      Array.from({ length: PROCESSES }, async (_, at) => {
        const processId = `p${at}`;
        const input = randomBytes((40 + 17 * at) * KIB + at);
        await startScript(client, processId, 'tee /dev/stderr', { pipeStdin: true });
        const [all] = await Promise.all([eventsOf(client, processId), writeAll(client, processId, input)]);
        expect(runFrom(all).exitCode).toBe(0);
        const hashes = (['stdout', 'stderr'] as const).map((stream) => sha256(outputOf(all, stream)));
        expect(hashes).toEqual([sha256(input), sha256(input)]);
        return input.length;
      }),
    );
    const sizes = await Promise.all(accounts);
    expect(sizes).toHaveLength(CLIENTS * PROCESSES);
    await disposeAll(clients);
    await releasedDescriptors(server.pid, before);
  });

  test('200 processes that print as fast as they can lose no byte to legacy clients', {
    timeout: LIMIT_MS,
  }, async () => {
    const before = openDescriptors(server.pid);
    const clients = await connectAll();
    const runs = clients.flatMap((client, of) =>
      Array.from({ length: PROCESSES }, async (_, at) => {
        const processId = `p${at}`;
        const [from, to] = [of * 1_000 + at, of * 1_000 + at + 25_000];
        await start(client, processId, ['/usr/bin/seq', `${from}`, `${to}`]);
        const run = runFrom(await eventsOf(client, processId));
        const expected = Array.from({ length: to - from + 1 }, (_, line) => `${from + line}\n`).join('');
        return sha256(Buffer.from(run.stdout)) === sha256(Buffer.from(expected)) && run.exitCode === 0;
      }),
    );
    expect(new Set(await Promise.all(runs))).toEqual(new Set([true]));
    await disposeAll(clients);
    await releasedDescriptors(server.pid, before);
  });
});
