import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './deadline.js';
import { startServer, type TestServer } from './harness.js';
import type { Message, RawClient } from './raw-client.js';
import { bytesOf, textOf } from './runs.js';

const ALL = { attach: 1, gap: 1, drain: 1, flow: 1, signals: 1, session: 1, pty: 1 };
const ENV = { PATH: '/usr/bin:/bin' };

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function client(extensions: Readonly<Record<string, number>> = ALL): Promise<RawClient> {
  const raw = await server.connect();
  await raw.initialize(extensions);
  return raw;
}

async function start(raw: RawClient, processId: string, script: string, more: object = {}): Promise<void> {
  const params = {
    processId,
    argv: ['/bin/sh', '-c', script],
    cwd: 'file:///tmp',
    env: ENV,
    tty: false,
    ...more,
  };
  expect(await raw.request('process/start', params)).toEqual({ result: { processId, sandboxType: 'none' } });
}

async function list(raw: RawClient): Promise<Readonly<Record<string, unknown>>[]> {
  const { result } = await raw.request('process/list');
  return (result as { processes: Readonly<Record<string, unknown>>[] }).processes;
}

async function untilClosed(raw: RawClient, processId: string): Promise<Message[]> {
  const events: Message[] = [];
  while (events.at(-1)?.method !== 'process/closed') {
    events.push(await raw.next(({ params }) => params?.['processId'] === processId));
  }
  return events;
}

describe('listing', () => {
  test('shows every process of the principal with a ref, and no credential', async () => {
    await using one = await client();
    await using other = await client();
    await start(one, 'mine', 'sleep 60');
    const mine = (await list(other)).find(({ id }) => id === 'mine');
    expect(mine).toEqual({
      ref: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      id: 'mine',
      session: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
      argv: ['/bin/sh', '-c', 'sleep 60'],
      cwd: 'file:///tmp',
      pid: expect.any(Number) as number,
      tty: false,
      lifetime: 'session',
      startedAtMs: expect.any(Number) as number,
      state: 'running',
      exitCode: null,
      firstSeq: 1,
      nextSeq: 1,
    });
  });

  test('does not exist for a client that did not agree on it', async () => {
    await using plain = await client({});
    expect(await plain.request('process/list')).toMatchObject({ error: { code: -32601 } });
  });
});

describe('attaching', () => {
  test('gives the events from any position, under the own id, and takes input and signals', async () => {
    await using owner = await client();
    await using viewer = await client();
    await start(owner, 'p', 'echo one; read line; echo "got $line"; sleep 60', {
      pipeStdin: true,
      windowBytes: 1000,
    });
    await owner.nextEvent('process/output', 'p');
    const { result } = await viewer.request('process/attach', {
      processId: 'v',
      ref: 'p',
      windowBytes: 1000,
    });
    expect(result).toMatchObject({ process: { id: 'p', state: 'running' } });
    expect(textOf([await viewer.nextEvent('process/output', 'v')])).toBe('one\n');
    const write = { processId: 'v', chunk: Buffer.from('hello\n').toString('base64'), writeId: '1' };
    expect(await viewer.request('process/write', write)).toEqual({ result: { status: 'accepted' } });
    for (const [raw, id] of [
      [owner, 'p'],
      [viewer, 'v'],
    ] as const) {
      expect(textOf([await raw.nextEvent('process/output', id)])).toBe('got hello\n');
    }
    await viewer.request('process/signal', { processId: 'v', signal: 'SIGTERM' });
    expect((await untilClosed(owner, 'p')).map(({ method }) => method)).toEqual([
      'process/exited',
      'process/closed',
    ]);
    expect((await viewer.request('process/read', { processId: 'v', afterSeq: 1 })).result).toMatchObject({
      chunks: [{ seq: 2 }],
      exited: true,
      closed: true,
    });
  });

  test('a name that several processes have is refused until the ref is given', async () => {
    await using one = await client();
    await using other = await client();
    await start(one, 'same', 'sleep 60');
    await start(other, 'same', 'sleep 60');
    const attach = { processId: 'v', ref: 'same' };
    expect(await other.request('process/attach', attach)).toMatchObject({
      error: { data: { kind: 'refAmbiguous' } },
    });
    const ref = (await list(one)).find(({ id }) => id === 'same')?.['ref'];
    expect(await other.request('process/attach', { processId: 'v', ref })).toMatchObject({ result: {} });
    expect(await other.request('process/attach', { processId: 'v', ref })).toMatchObject({
      error: { data: { kind: 'processIdInUse' } },
    });
  });

  test('detaching leaves the process alone, and its id is free again', async () => {
    await using owner = await client();
    await using viewer = await client();
    await start(owner, 'left', 'sleep 60');
    await viewer.request('process/attach', { processId: 'v', ref: 'left' });
    expect(await viewer.request('process/detach', { processId: 'v' })).toEqual({ result: {} });
    expect(await viewer.request('process/read', { processId: 'v' })).toMatchObject({
      error: { code: -32600 },
    });
    expect(await owner.request('process/terminate', { processId: 'left' })).toEqual({
      result: { running: true },
    });
  });
});

describe('a process that outlives its session', () => {
  test('runs on, is listed, and is read by whoever comes later', async () => {
    const starter = await client();
    await start(starter, 'job', 'echo before; read x; echo after', { lifetime: 'server', pipeStdin: true });
    await starter[Symbol.asyncDispose]();
    await using later = await client();
    expect((await list(later)).find(({ id }) => id === 'job')).toMatchObject({
      state: 'running',
      lifetime: 'server',
    });
    await later.request('process/attach', { processId: 'j', ref: 'job', windowBytes: 1000 });
    await later.request('process/closeStdin', { processId: 'j' });
    const events = await untilClosed(later, 'j');
    expect({ text: textOf(events), last: events.at(-1)?.params }).toMatchObject({
      text: 'before\nafter\n',
      last: { processId: 'j', bytes: { stdout: 13, stderr: 0, pty: 0 } },
    });
  });

  test('one that lives as long as its session ends with it', async () => {
    const starter = await client();
    await start(starter, 'short', 'sleep 60');
    await starter[Symbol.asyncDispose]();
    await using later = await client();
    await eventually('the end of the process', async () => {
      const running = (await list(later)).filter(({ id, state }) => id === 'short' && state === 'running');
      return running.length === 0 || undefined;
    });
  });
});

test('a viewer that was overtaken gets the gap with its size, and then goes on', async () => {
  await using owner = await client();
  await using viewer = await client();
  const script = 'head -c 3000000 /dev/zero; read x; echo end';
  await start(owner, 'loud', script, { retention: 'drop', pipeStdin: true });
  await viewer.request('process/attach', { processId: 'v', ref: 'loud', windowBytes: 4_000_000 });
  await owner.request('process/closeStdin', { processId: 'loud' });
  await untilClosed(owner, 'loud');
  await using late = await client();
  await late.request('process/attach', { processId: 'l', ref: 'loud', windowBytes: 4_000_000 });
  const events = await untilClosed(late, 'l');
  const [gap, first] = events;
  const received = events.reduce((sum, event) => sum + bytesOf(event).length, 0);
  const missing = Number(gap?.params?.['bytes']);
  expect(gap).toMatchObject({ method: 'process/gap', params: { processId: 'l', fromSeq: 1 } });
  expect(first?.params?.['seq']).toBe(Number(gap?.params?.['toSeq']) + 1);
  expect(missing + received).toBe(3_000_004);
});

test('a bounded wait for late output says who held it', async () => {
  await using raw = await client();
  await start(raw, 'p', 'sleep 60 & echo $!', { drainMs: 50, windowBytes: 1000 });
  const events = await untilClosed(raw, 'p');
  const holder = Number(textOf(events));
  expect(events.at(-1)?.params).toMatchObject({ holders: [{ pid: holder, name: 'sleep' }] });
  process.kill(holder, 'SIGKILL');
});
