import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, settled } from './deadline.js';
import { startServer, type TestServer } from './harness.js';
import { markedProcesses, residentBytes, writtenBytes } from './process-table.js';
import type { Message, RawClient } from './raw-client.js';
import { eventsOf, failure, finish, outputOf, runFrom, start, startParams } from './runs.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What the largest event holds. */
const CHUNK_BYTES = 24 * KIB;

/** What a server may hold for a process whose output nobody takes: the log, the pipes and the sockets, with room to spare. */
const STALL_BYTES = 48 * MIB;

function sizeOf(event: Message): number {
  return Buffer.from((event.params?.['chunk'] ?? '') as string, 'base64').length;
}

function bytesOf(events: readonly Message[]): number {
  return events.reduce((sum, event) => sum + sizeOf(event), 0);
}

function seqOf(event: Message): number {
  return event.params?.['seq'] as number;
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('flow', () => {
  let server: TestServer;

  beforeAll(async () => {
    // Without a spill a process whose output nobody takes is stopped as soon as memory is used up.
    server = await startServer({ args: ['--spill-limit', '0'] });
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function connect(extensions?: Readonly<Record<string, number>>): Promise<RawClient> {
    const client = await server.connect();
    await client.initialize(extensions);
    return client;
  }

  /** Takes what is pushed: that much output at least, and then whatever comes until nothing more does. */
  async function pushed(client: RawClient, atLeastBytes: number): Promise<Message[]> {
    await eventually(
      `${atLeastBytes} bytes of output`,
      () => bytesOf(client.unread) >= atLeastBytes || undefined,
    );
    await settled('output that comes to rest', () => client.unread.length);
    const events: Message[] = [];
    for (let left = client.unread.length; left > 0; left -= 1) events.push(await client.next());
    return events;
  }

  /** How much a process has written so far, once it writes no more: what it does when it is blocked. */
  async function blockedAt(client: RawClient, command: string): Promise<number> {
    const writer = await eventually(`the process ${command}`, () =>
      markedProcesses(client.mark).find((found) => found.command.startsWith(command)),
    );
    return await settled(`a blocked ${command}`, () => writtenBytes(writer.pid), 300);
  }

  test.each([-1, 1.5])(
    'a window of %d bytes is refused, and means nothing without the extension',
    async (windowBytes) => {
      await using client = await connect({ flow: 1 });
      await using legacy = await connect({});
      const params = (raw: RawClient): Record<string, unknown> =>
        startParams(raw, 'p', ['/bin/true'], { windowBytes });
      expect(await client.request('process/start', params(client))).toEqual(
        failure(-32602, 'invalidParams', /^process\/start: windowBytes: /),
      );
      expect(await legacy.request('process/start', params(legacy))).toEqual({
        result: { processId: 'p', sandboxType: 'none' },
      });
      await finish(legacy, 'p');
    },
  );

  test('output stops at the window and goes on as the window moves, to the last byte', async () => {
    await using client = await connect({ flow: 1 });
    const expected = Array.from({ length: 60_000 }, (_, at) => `${at + 1}\n`).join('');
    await start(client, 'p', ['/usr/bin/seq', '1', '60000'], { windowBytes: 100_000 });
    const batches = [await pushed(client, 100_000)];
    // How it ended does not wait for anybody to read what it printed.
    expect(batches[0]?.slice(-2).map(({ method }) => method)).toEqual(['process/exited', 'process/closed']);
    while (bytesOf(batches.flat()) < expected.length) {
      const ackSeq = batches.flat().filter(({ method }) => method === 'process/output').length;
      client.notify('process/window', { processId: 'p', ackSeq, windowBytes: 100_000 });
      const left = expected.length - bytesOf(batches.flat());
      batches.push(await pushed(client, Math.min(100_000, left)));
    }
    const sizes = batches.map(bytesOf);
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    for (const size of sizes) expect(size).toBeLessThan(100_000 + CHUNK_BYTES);
    for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(100_000);
    const bySeq = batches.flat().sort((a, b) => seqOf(a) - seqOf(b));
    expect(runFrom(bySeq)).toEqual({ stdout: expected, stderr: '', exitCode: 0 });
  });

  test('a wider window lets more through before anything is acknowledged', async () => {
    await using client = await connect({ flow: 1, session: 1 });
    await start(client, 'p', ['/usr/bin/yes'], { windowBytes: 1 });
    const first = await pushed(client, 1);
    expect(first.map(seqOf)).toEqual([1]);
    client.notify('process/window', { processId: 'p', ackSeq: 0, windowBytes: 200_000 });
    const more = bytesOf(first) + bytesOf(await pushed(client, 200_000 - bytesOf(first)));
    expect(more).toBeLessThan(200_000 + CHUNK_BYTES);
    // An acknowledgement of what was never sent acknowledges what was.
    client.notify('process/window', { processId: 'p', ackSeq: 1_000_000, windowBytes: 50_000 });
    expect(bytesOf(await pushed(client, 50_000))).toBeLessThan(50_000 + CHUNK_BYTES);
    expect(await client.request('session/close')).toEqual({ result: { processes: 1 } });
  });

  test.each([[{ windowBytes: 0 }], [{}]])(
    'with %j only the end is told, at once, and output can be read',
    async (window) => {
      await using client = await connect({ flow: 1 });
      await client.request(
        'process/start',
        startParams(client, 'p', ['/bin/sh', '-c', 'seq 1 500000; exit 3'], window),
      );
      const [exited, closed, ...rest] = await eventsOf(client, 'p');
      expect([exited?.method, closed?.method, rest]).toEqual(['process/exited', 'process/closed', []]);
      const seq = exited?.params?.['seq'] as number;
      expect(exited?.params).toEqual({ processId: 'p', seq, exitCode: 3, sandboxDenied: false });
      expect(closed?.params).toEqual({ processId: 'p', seq: seq + 1 });
      const { result } = await client.request('process/read', { processId: 'p', afterSeq: seq - 2 });
      const { chunks } = result as { chunks: { seq: number; chunk: string }[] };
      expect(chunks.map((chunk) => chunk.seq)).toEqual([seq - 1]);
      expect(
        Buffer.from(chunks[0]?.chunk ?? '', 'base64')
          .toString()
          .endsWith('499999\n500000\n'),
      ).toBe(true);
    },
  );

  test('a window that shrinks to nothing skips what is left', async () => {
    await using client = await connect({ flow: 1 });
    await start(client, 'p', ['/usr/bin/seq', '1', '1000000'], { windowBytes: 1 });
    expect((await client.nextEvent('process/output')).params?.['seq']).toBe(1);
    client.notify('process/window', { processId: 'p', ackSeq: 1, windowBytes: 0 });
    expect((await eventsOf(client, 'p')).map(({ method }) => method)).toEqual([
      'process/exited',
      'process/closed',
    ]);
  });

  test('a window for nobody is no offence', async () => {
    await using client = await connect({ flow: 1 });
    client.notify('process/window', { processId: 'never started', ackSeq: 0, windowBytes: 1 });
    expect(await client.request('environment/status')).toEqual({ result: { status: 'ready' } });
  });

  test('a process that is stalled stalls no other, and costs a bounded amount of memory', async () => {
    await using client = await connect({ flow: 1, session: 1 });
    const before = residentBytes(server.pid);
    for (let i = 0; i < 5; i += 1) {
      const endless = ['/bin/sh', '-c', 'exec yes "$1"', 'sh', `${i} ${'x'.repeat(1_000)}`];
      await start(client, `stalled${i}`, endless, { windowBytes: 1 });
      await client.nextEvent('process/output', `stalled${i}`);
      // What the log takes, what the pipe holds, and what was under way.
      expect(await blockedAt(client, `yes ${i} `)).toBeLessThan(2 * MIB);
    }
    await start(client, 'free', ['/usr/bin/seq', '1', '300000'], { windowBytes: 100 * MIB });
    const { stdout } = await finish(client, 'free');
    expect(sha256(stdout)).toBe(sha256(Array.from({ length: 300_000 }, (_, at) => `${at + 1}\n`).join('')));
    expect(residentBytes(server.pid) - before).toBeLessThan(STALL_BYTES);
    expect(await client.request('session/close')).toEqual({ result: { processes: 5 } });
  });

  test('a legacy client that stops reading blocks its child alone, and loses nothing', async () => {
    await using stalled = await connect();
    await using other = await connect();
    const before = residentBytes(server.pid);
    const bytes = 60 * MIB;
    await start(stalled, 'p', ['/bin/sh', '-c', `yes 0123456789abcdef | head -c ${bytes}; exit 9`]);
    stalled.pause();
    const blocked = await blockedAt(stalled, 'head');
    expect(blocked).toBeLessThan(bytes / 2);
    await start(other, 'p', ['/usr/bin/seq', '1', '200000']);
    expect((await finish(other, 'p')).exitCode).toBe(0);
    expect(residentBytes(server.pid) - before).toBeLessThan(STALL_BYTES);
    stalled.resume();
    const events = await eventsOf(stalled, 'p');
    expect(events.map(({ params }) => params?.['seq'])).toEqual(events.map((_, at) => at + 1));
    expect(events.at(-2)?.params?.['exitCode']).toBe(9);
    expect(sha256(outputOf(events, 'stdout'))).toBe(
      sha256('0123456789abcdef\n'.repeat(Math.ceil(bytes / 17)).slice(0, bytes)),
    );
  });

  test('answers overtake output that waits for a slow client', async () => {
    await using client = await connect({ flow: 1, session: 1 });
    await start(client, 'p', ['/usr/bin/yes'], { windowBytes: 1_000 * MIB });
    await client.nextEvent('process/output', 'p');
    for (let i = 0; i < 20; i += 1) {
      expect(await client.request('environment/status')).toEqual({ result: { status: 'ready' } });
    }
    expect(await client.request('session/close')).toEqual({ result: { processes: 1 } });
  });
});
