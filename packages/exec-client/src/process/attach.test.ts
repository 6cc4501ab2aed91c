import { ExecError, processAttach, processList, processRead } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { createDeferred } from '../deferred.js';
import { FakeServer, SUMMARY } from '../testing/fake-server.js';
import { outcomeKinds } from '../testing/outcome-kinds.js';
import { settle, until } from '../testing/until.js';
import type { ProcessEvent } from './events.js';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

function typesOf(events: readonly ProcessEvent[]): string[] {
  return events.map(({ type, seq }) => `${seq} ${type}`);
}

test('joining asks for the events after a position, with a window when someone looks already', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const joined = client.attach('abc123', { after: 4 });
  const seen = collect(joined.events());
  expect(await joined.summary).toEqual(SUMMARY);
  expect(server.paramsOf('process/attach')).toEqual([
    { processId: joined.id, ref: 'abc123', afterSeq: 4, windowBytes: 4 * 1024 * 1024 },
  ]);
  server.output(joined.id, 5, 'hello');
  server.exited(joined.id, 6, 3);
  server.closed(joined.id, 7);
  expect(typesOf(await seen)).toEqual(['5 output', '6 exited', '7 closed']);
  expect(await joined.exited).toEqual({ exitCode: 3, signal: null });
});

test('a joined process is written to, resized, signalled and ended under its local id', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const joined = client.attach('abc123');
  await joined.write('x');
  await joined.resize({ rows: 5, cols: 6 });
  await joined.signal('SIGHUP');
  await joined.terminate();
  await joined.end();
  const asked = server.asked.filter(
    ({ params }) => (params as { processId?: string }).processId === joined.id,
  );
  expect(asked.map(({ method }) => method)).toEqual([
    'process/attach',
    'process/write',
    'process/resize',
    'process/signal',
    'process/terminate',
    'process/closeStdin',
  ]);
});

test('leaving ends open views, fails what waits, and is asked of the server once', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const joined = client.attach('abc123');
  const seen = collect(joined.events());
  await joined.started;
  await Promise.all([joined.detach(), joined.detach()]);
  expect(await seen).toEqual([]);
  expect(
    await outcomeKinds([
      joined.exited,
      joined.closed,
      joined.write('x'),
      joined.signal('SIGINT'),
      collect(joined.events()),
    ]),
  ).toEqual(Array(5).fill('processUnknown'));
  expect(server.paramsOf('process/detach')).toEqual([{ processId: joined.id }]);
});

test('neither disposal nor the end of the client ends a joined process', async () => {
  const server = new FakeServer({ extensions: { attach: 1, signals: 1 } });
  const client = await server.connect();
  const joined = client.attach('abc123');
  await joined.started;
  await joined[Symbol.asyncDispose]();
  await client.attach('abc123').started;
  await client.spawn(['true'], { lifetime: 'server' }).started;
  await client.close();
  expect(server.paramsOf('process/terminate')).toEqual([]);
  expect(server.paramsOf('process/detach')).toEqual([{ processId: joined.id }]);
});

test('the end of a process that was joined behind it is asked for', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  server.on(processAttach, ({ processId, afterSeq = 0 }) => {
    // As a server does it: only what lies behind the position is pushed.
    if (afterSeq < 2) server.exited(processId, 2, 137, 'SIGKILL');
    if (afterSeq < 3) server.closed(processId, 3);
    return { process: { ...SUMMARY, state: 'closed' as const, exitCode: 137, nextSeq: 4 } };
  });
  server.on(processRead, () => ({
    chunks: [{ seq: 1, stream: 'stdout' as const, chunk: new Uint8Array(1) }],
    nextSeq: 4,
    exited: true,
    exitCode: 137,
    closed: true,
  }));
  const joined = client.attach('abc123', { after: 3 });
  const early = collect(joined.events({ after: 0 }));
  expect(await collect(joined.events())).toEqual([]);
  expect(await joined.exited).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  await joined.closed;
  expect(typesOf(await early)).toEqual(['1 output', '2 exited', '3 closed']);
});

test('who has no windows is told of what is no longer retained, and reads on behind it', async () => {
  const server = new FakeServer({ extensions: { attach: 1 } });
  await using client = await server.connect();
  const retained = { seq: 3, stream: 'stdout' as const, chunk: new Uint8Array(1) };
  server.on(processAttach, ({ processId }) => {
    // As a server does it: it pushes what it has.
    server.output(processId, 3, 'x');
    return { process: { ...SUMMARY, firstSeq: 3, nextSeq: 4 } };
  });
  server.on(processRead, () => ({
    chunks: [retained],
    nextSeq: 4,
    exited: false,
    exitCode: null,
    closed: false,
  }));
  const joined = client.attach('abc123');
  const whole = collect(joined.events({ after: 0 }));
  const rest = collect(joined.events({ after: 2 }));
  await expect(whole).rejects.toMatchObject({ kind: 'gap', from: 1, to: 2 });
  server.exited(joined.id, 4, 0);
  server.closed(joined.id, 5);
  expect(typesOf(await rest)).toEqual(['3 output', '4 exited', '5 closed']);
});

test('whoever stops waiting for a join that then succeeds has left the process', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const gate = createDeferred<undefined>();
  server.on(processAttach, async () => {
    await gate.promise;
    return { process: SUMMARY };
  });
  const stop = new AbortController();
  const joined = client.attach('abc123', { signal: stop.signal });
  await until(() => server.paramsOf('process/attach').length === 1);
  stop.abort(new Error('enough'));
  await expect(joined.started).rejects.toThrow('enough');
  await expect(joined.summary).rejects.toThrow('enough');
  gate.resolve(undefined);
  await until(() => server.paramsOf('process/detach').length === 1);
});

test('a ref that names no process fails the join and everything that waits for it', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  server.on(processAttach, () => {
    throw new ExecError('processUnknown', 'unknown process');
  });
  const joined = client.attach('nobody');
  expect(await outcomeKinds([joined.started, joined.exited, joined.closed, joined.write('x')])).toEqual(
    Array(4).fill('processUnknown'),
  );
  await joined[Symbol.asyncDispose]();
  expect(server.paramsOf('process/detach')).toEqual([]);
});

test('processes of all sessions are listed as the server tells them', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  server.on(processList, () => ({ processes: [SUMMARY, { ...SUMMARY, ref: 'def456' }] }));
  expect((await client.processes()).map(({ ref }) => ref)).toEqual(['abc123', 'def456']);
});

test('without the extension nothing is asked', async () => {
  const server = new FakeServer({ extensions: { flow: 1 } });
  await using client = await server.connect();
  const { length } = server.asked;
  expect(
    await outcomeKinds([
      client.processes(),
      client.attach('abc123').started,
      client.spawn(['sh'], { pty: { rows: 1, cols: 1 } }).started,
      client.spawn(['sh'], { lifetime: 'server' }).started,
      client.spawn(['sh'], { retention: 'drop' }).started,
      client.spawn(['sh'], { drainMs: 1 }).started,
    ]),
  ).toEqual(Array(6).fill('unsupported'));
  await settle();
  expect(server.asked.slice(length)).toEqual([]);
});
