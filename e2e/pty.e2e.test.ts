import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './deadline.js';
import { startServer, type TestServer } from './harness.js';
import type { RawClient } from './raw-client.js';
import { eventsOf, start, textOf } from './runs.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function client(extensions?: Readonly<Record<string, number>>): Promise<RawClient> {
  const raw = await server.connect();
  await raw.initialize(extensions);
  return raw;
}

async function type(raw: RawClient, text: string, writeId: string): Promise<void> {
  const chunk = Buffer.from(text).toString('base64');
  expect(await raw.request('process/write', { processId: 'p', chunk, writeId })).toEqual({
    result: { status: 'accepted' },
  });
}

/** Takes output until what came holds the text. */
async function until(raw: RawClient, text: string): Promise<string> {
  let seen = '';
  return await eventually(`the output ${JSON.stringify(text)}`, async () => {
    seen += textOf([await raw.nextEvent('process/output', 'p')]);
    return seen.includes(text) ? seen : undefined;
  });
}

describe('a terminal', () => {
  test('has the size that was asked for, echoes, and ends a read with the end of input', async () => {
    await using raw = await client({ pty: 1, signals: 1 });
    const script = 'stty size; read x; echo "got=$x"; cat; echo eof';
    await start(raw, 'p', ['/bin/sh', '-c', script], { tty: true, size: { rows: 30, cols: 100 } });
    await until(raw, '30 100\r\n');
    await type(raw, 'abc\n', '1');
    await until(raw, 'got=abc\r\n');
    expect(await raw.request('process/closeStdin', { processId: 'p' })).toEqual({
      result: { status: 'accepted' },
    });
    const events = await eventsOf(raw, 'p');
    expect(textOf(events)).toBe('eof\r\n');
    expect(events.slice(-2)).toMatchObject([
      { method: 'process/exited', params: { exitCode: 0, signal: null } },
      { method: 'process/closed' },
    ]);
  });

  test('has 24 rows of 80 columns for a client that names no size', async () => {
    await using raw = await client();
    await start(raw, 'p', ['/usr/bin/stty', 'size'], { tty: true });
    const events = await eventsOf(raw, 'p');
    expect(textOf(events)).toBe('24 80\r\n');
    expect(events[0]?.params?.['stream']).toBe('pty');
  });

  test('is resized; the program hears of it, and the log says so to those who know of sizes', async () => {
    await using raw = await client({ pty: 1 });
    const script = 'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.02; done';
    await start(raw, 'p', ['/bin/bash', '-c', script], { tty: true });
    await until(raw, 'ready\r\n');
    const size = { rows: 50, cols: 120 };
    expect(await raw.request('process/resize', { processId: 'p', size })).toEqual({ result: {} });
    const events = await eventsOf(raw, 'p');
    expect(events[0]).toMatchObject({ method: 'process/resized', params: { seq: 2, size } });
    expect(textOf(events)).toBe('50 120\r\n');
    const read = await raw.request('process/read', { processId: 'p' });
    expect((read.result as { chunks: object[] }).chunks[1]).toEqual({
      seq: 2,
      stream: 'pty',
      chunk: '',
      size,
    });
    expect(await raw.request('process/resize', { processId: 'p', size })).toEqual({ result: {} });
  });

  test('gives Ctrl-C to its foreground job, and a signal death is 128 + n', async () => {
    await using raw = await client();
    await start(raw, 'p', ['/bin/sh', '-c', 'echo on; exec sleep 60'], { tty: true });
    await until(raw, 'on\r\n');
    await type(raw, '\u0003', '1');
    const events = await eventsOf(raw, 'p');
    expect(events.at(-2)).toMatchObject({ method: 'process/exited', params: { exitCode: 130 } });
  });

  test('loses nothing at the end', async () => {
    await using raw = await client();
    const expected = Array.from({ length: 20_000 }, (_, at) => `${String(at + 1)}\r\n`).join('');
    for (let round = 0; round < 30; round += 1) {
      const id = `seq${String(round)}`;
      await start(raw, id, ['/usr/bin/seq', '1', '20000'], { tty: true });
      expect(textOf(await eventsOf(raw, id))).toBe(expected);
    }
  });

  test('a missing directory or program is an error of the start, as without a terminal', async () => {
    await using raw = await client();
    for (const [argv, cwd, kind] of [
      [['/bin/true'], 'file:///no/such/dir', 'cwdNotFound'],
      [['/no/such/program'], 'file:///', 'programNotFound'],
    ] as const) {
      const params = { processId: 'p', argv, cwd, env: {}, tty: true };
      expect(await raw.request('process/start', params)).toMatchObject({
        error: { code: -32603, data: { kind } },
      });
    }
  });
});
