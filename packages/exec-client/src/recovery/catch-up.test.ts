import { ExecError, MAX_LEGACY_REQUESTS_IN_FLIGHT, processRead, WINDOW_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { Client } from '../client.js';
import { createDeferred } from '../deferred.js';
import { GapError } from '../process/gap-error.js';
import type { ReadAnswer } from '../process/views/view-source.js';
import { FakeServer } from '../testing/fake-server.js';
import { outcomeKinds } from '../testing/outcome-kinds.js';
import { settle, until } from '../testing/until.js';
import type { RecoveryReport } from './state-change.js';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** A page with lines of output, each the name of its number. */
function page(seqs: readonly number[], nextSeq: number, state: Partial<ReadAnswer> = {}): ReadAnswer {
  const encoder = new TextEncoder();
  return {
    chunks: seqs.map((seq) => ({ seq, stream: 'stdout' as const, chunk: encoder.encode(`${seq}\n`) })),
    nextSeq,
    exited: false,
    exitCode: null,
    closed: false,
    ...state,
  };
}

const EXITED = { exited: true, exitCode: 9 };
const CLOSED = { ...EXITED, closed: true };

/** A server that pushes nothing again after a resume, and is told nothing that it does not know. */
function startServer(): FakeServer {
  return new FakeServer({ extensions: {} });
}

async function cutAndRecover(server: FakeServer, client: Client): Promise<RecoveryReport | undefined> {
  let report: RecoveryReport | undefined;
  const stop = client.on('state', ({ recovery }) => {
    report = recovery;
  });
  server.cut();
  await until(() => report !== undefined);
  stop();
  return report;
}

test('what was missed is read before anything else is sent, and goes on with what is pushed', async () => {
  const server = startServer();
  await using client = await server.connect({ clientName: 'me', extensions: {} });
  const process = client.spawn(['x'], { id: 'p' });
  const lines = collect(process.lines());
  await process.started;
  server.output('p', 1, '1\n');
  await settle();
  server.stall();
  const listed = client.environment();
  const signalled = process.signal('SIGINT').catch((error: unknown) => error);
  await settle();
  server.on(processRead, () => {
    // As the reference does it: what is new is pushed at once, whatever was missed before.
    server.output('p', 4, '4\n');
    server.output('p', 6, '6\n');
    return page([2, 3, 4], 5);
  });
  const report = await cutAndRecover(server, client);
  server.output('p', 5, '5\n');
  server.exited('p', 7, 1);
  server.closed('p', 8);
  expect(await lines).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(await process.exited).toEqual({ exitCode: 1, signal: null });
  expect(report).toMatchObject({ attempts: 1, replayedEvents: 3, gaps: 0, lostProcesses: 0 });
  expect(server.asked.slice(-3)).toEqual([
    { method: 'initialize', params: { clientName: 'me', resumeSessionId: 'session-1' } },
    { method: 'initialized', params: {} },
    { method: 'process/read', params: { processId: 'p', afterSeq: 1 } },
  ]);
  await listed;
  expect(await signalled).toMatchObject({ kind: 'outcomeUnknown' });
});

test('a window that may have been lost with the link is told again, once it is known what was missed', async () => {
  const server = new FakeServer({ extensions: { flow: 1 } });
  await using client = await server.connect({ extensions: { flow: 1 } });
  const read = client.spawn(['x'], { id: 'read' });
  const unread = client.spawn(['x'], { id: 'unread' });
  const ended = client.spawn(['x'], { id: 'ended' });
  await Promise.all([read.started, unread.started, ended.started]);
  server.stall();
  const lines = collect(read.lines());
  await settle();
  server.on(processRead, ({ processId }) => (processId === 'ended' ? page([], 3, CLOSED) : page([], 1)));
  const before = server.asked.length;
  await cutAndRecover(server, client);
  expect(server.asked.slice(before).filter(({ method }) => method === 'process/window')).toEqual([
    { method: 'process/window', params: { processId: 'read', ackSeq: 0, windowBytes: WINDOW_BYTES } },
    { method: 'process/window', params: { processId: 'unread', ackSeq: 0, windowBytes: 0 } },
  ]);
  server.output('read', 1, '1\n');
  server.exited('read', 2, 0);
  server.closed('read', 3);
  expect(await lines).toEqual(['1']);
});

test('an end that was missed is deduced, whether anybody reads output or not', async () => {
  const server = startServer();
  await using client = await server.connect({ extensions: {} });
  const read = client.spawn(['x'], { id: 'read' });
  const unread = client.spawn(['x'], { id: 'unread' });
  const events = collect(read.events());
  await Promise.all([read.started, unread.started]);
  server.on(processRead, () => page([1, 3], 5, CLOSED));
  const report = await cutAndRecover(server, client);
  expect((await events).map(({ seq, type }) => `${seq} ${type}`)).toEqual([
    '1 output',
    '2 exited',
    '3 output',
    '4 closed',
  ]);
  expect(await Promise.all([read.exited, unread.exited, unread.closed])).toEqual([
    { exitCode: 9, signal: null },
    { exitCode: 9, signal: null },
    undefined,
  ]);
  expect(report).toMatchObject({ replayedEvents: 8, gaps: 0 });
});

test('what the server dropped meanwhile is named, and the process goes on behind it', async () => {
  const server = startServer();
  await using client = await server.connect({ extensions: {} });
  const process = client.spawn(['x'], { id: 'p' });
  const lines = process.lines();
  await process.started;
  server.output('p', 1, '1\n');
  expect((await lines.next()).value).toBe('1');
  server.on(processRead, () => page([6, 7], 9, EXITED));
  const report = await cutAndRecover(server, client);
  const error = await lines.next().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(GapError);
  expect({ from: (error as GapError).from, to: (error as GapError).to }).toEqual({ from: 2, to: 5 });
  expect(report).toMatchObject({ gaps: 1, replayedEvents: 3 });
  server.closed('p', 9);
  expect(await collect(process.lines({ after: 5 }))).toEqual(['6', '7']);
  expect(await process.exited).toEqual({ exitCode: 9, signal: null });
});

test('a process that the server does not know any more fails alone', async () => {
  const server = startServer();
  await using client = await server.connect({ extensions: {} });
  const [lost, kept] = [client.spawn(['x'], { id: 'lost' }), client.spawn(['x'], { id: 'kept' })];
  await Promise.all([lost.started, kept.started]);
  server.on(processRead, ({ processId }) => {
    // The kind of this error does not travel from servers without kinds; the code does.
    if (processId === 'lost') throw new ExecError('protocolState', 'unknown process id lost');
    return page([], 1);
  });
  expect(await cutAndRecover(server, client)).toMatchObject({ lostProcesses: 1, gaps: 0 });
  expect(await outcomeKinds([lost.exited, lost.closed, lost.events().next()])).toEqual(
    Array(3).fill('processUnknown'),
  );
  server.exited('kept', 1);
  await kept.exited;
});

test('another cut during the catch-up begins it anew, from where the first has come', async () => {
  const server = startServer();
  await using client = await server.connect({ extensions: {} });
  const [p, q] = [client.spawn(['x'], { id: 'p' }), client.spawn(['x'], { id: 'q' })];
  const lines = collect(p.lines());
  await Promise.all([p.started, q.started]);
  const never = createDeferred<ReadAnswer>();
  server.on(processRead, async ({ processId, afterSeq }) => {
    if (processId === 'p' && afterSeq === 0) return page([1], 2);
    if (server.dials > 2) return processId === 'p' ? page([2], 5, CLOSED) : page([], 1);
    await settle();
    server.cut();
    return never.promise;
  });
  const states: string[] = [];
  client.on('state', ({ state }) => states.push(state));
  server.cut();
  expect(await lines).toEqual(['1', '2']);
  await until(() => client.state === 'ready');
  expect(states).toEqual(['recovering', 'ready']);
  expect(server.paramsOf('process/read')).toEqual([
    { processId: 'p', afterSeq: 0 },
    { processId: 'q', afterSeq: 0 },
    { processId: 'p', afterSeq: 1 },
    { processId: 'q', afterSeq: 0 },
  ]);
});

test('many processes are caught up a few at a time, before everything that waits', async () => {
  const server = startServer();
  await using client = await server.connect({ extensions: {} });
  const handles = Array.from({ length: 300 }, () => client.spawn(['x']));
  await Promise.all(handles.map(({ started }) => started));
  let underWay = 0;
  let most = 0;
  server.on(processRead, async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await settle();
    underWay -= 1;
    return page([], 1);
  });
  server.isDown = true;
  server.cut();
  await until(() => client.state === 'recovering');
  const signalled = handles[0]?.signal('SIGINT');
  server.isDown = false;
  await signalled;
  const methods = server.asked.map(({ method }) => method);
  expect(methods.lastIndexOf('process/read')).toBeLessThan(methods.indexOf('process/signal'));
  expect([most, server.paramsOf('process/read').length]).toEqual([MAX_LEGACY_REQUESTS_IN_FLIGHT / 2, 300]);
});
