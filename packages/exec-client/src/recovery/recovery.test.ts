import {
  asProcessId,
  EXEC_DRAIN_MS,
  ExecError,
  initialize,
  processRead,
  sessionReplay,
  WINDOW_BYTES,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { Client } from '../client.js';
import { createDeferred } from '../deferred.js';
import { GapError } from '../process/gap-error.js';
import { FakeServer } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { outcomeKinds } from '../testing/outcome-kinds.js';
import { settle, until } from '../testing/until.js';
import type { StateChange } from './state-change.js';

function changesOf(client: Client): StateChange[] {
  const changes: StateChange[] = [];
  client.on('state', (change) => changes.push(change));
  return changes;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test('a cut is not noticed by handles, views and writes, and the wire says what was agreed on', async () => {
  const server = new FakeServer();
  await using client = await server.connect({ clientName: 'me' });
  const changes = changesOf(client);
  const process = client.spawn(['x'], { id: 'p', stdin: 'pipe' });
  const lines = collect(process.lines());
  await process.write('a');
  server.output('p', 1, 'one\n');
  await settle();
  server.cut();
  await until(() => changes.length === 2);
  server.output('p', 2, 'two\n');
  server.output('p', 2, 'two\n');
  await process.write('b');
  server.exited('p', 3, 4);
  server.closed('p', 4);
  expect(await lines).toEqual(['one', 'two']);
  expect(await process.exited).toEqual({ exitCode: 4, signal: null });
  expect(server.wire).toEqual([
    '1 #1 initialize',
    '1 initialized',
    '1 #2 process/start',
    '1 #3 process/write',
    '2 #4 initialize',
    '2 initialized',
    '2 #5 session/replay',
    '2 session/acknowledge',
    '2 #6 process/write',
  ]);
  const [first, second] = server.paramsOf('initialize') as { clientInstance: string }[];
  expect(second).toEqual({ ...first, resumeSessionId: 'session-1' });
  expect(server.paramsOf('session/replay')).toEqual([
    { cursors: [{ processId: 'p', afterSeq: 1, windowBytes: WINDOW_BYTES }] },
  ]);
  expect(server.paramsOf('session/acknowledge')).toEqual([{ upToId: 3, unanswered: [] }]);
  expect(changes).toEqual([
    {
      state: 'recovering',
      previous: 'ready',
      cause: new ExecError('connectionLost', 'the connection to memory:left ended (code 1006, destroyed)'),
    },
    {
      state: 'ready',
      previous: 'recovering',
      recovery: {
        attempts: 1,
        durationMs: expect.any(Number) as number,
        replayedEvents: 0,
        gaps: 0,
        repeatedRequests: 0,
        lostProcesses: 0,
      },
    },
  ]);
});

/** Cuts the link, and waits until everything is whole again. */
async function cutAndRecover(server: FakeServer, client: Client): Promise<StateChange> {
  const changes = changesOf(client);
  server.cut();
  await until(() => changes.at(-1)?.state === 'ready');
  return changes.at(-1) ?? { state: 'closed', previous: 'closed' };
}

const KIB = 1024;

test('output that has arrived and was not consumed takes up its window, until it is consumed', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  const view = process.events();
  await process.started;
  const chunk = new Uint8Array(1024 * KIB);
  for (const seq of [1, 2, 3]) server.output('p', seq, chunk);
  await settle();
  await cutAndRecover(server, client);
  expect(server.paramsOf('session/replay').at(-1)).toEqual({
    cursors: [{ processId: 'p', afterSeq: 3, windowBytes: 1024 * KIB }],
  });
  server.output('p', 4, chunk);
  await settle();
  await cutAndRecover(server, client);
  expect(server.paramsOf('session/replay').at(-1)).toEqual({
    // All room is taken, and yet the server must not take it for no interest.
    cursors: [{ processId: 'p', afterSeq: 4, windowBytes: 1 }],
  });
  server.output('p', 5, chunk);
  for (let seq = 1; seq <= 5; seq += 1) await view.next();
  await until(() => server.paramsOf('process/window').length === 5);
  expect(server.paramsOf('process/window')).toEqual(
    [1, 2, 3, 4, 5].map((ackSeq) => ({
      processId: 'p',
      ackSeq,
      windowBytes: Math.min(ackSeq, 4) * 1024 * KIB,
    })),
  );
});

test('where nobody looks the window stays closed, and the end is told all the same', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  await process.started;
  await cutAndRecover(server, client);
  expect(server.paramsOf('session/replay')).toEqual([
    { cursors: [{ processId: 'p', afterSeq: 0, windowBytes: 0 }] },
  ]);
  server.exited('p', 7, 3);
  server.closed('p', 8);
  expect(await process.exited).toEqual({ exitCode: 3, signal: null });
  await process.closed;
  await cutAndRecover(server, client);
  // Of a process that is over nothing is left to be told.
  expect(server.paramsOf('session/replay').at(-1)).toEqual({ cursors: [] });
});

test('a process that the server does not know any more fails alone', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const [lost, kept] = [client.spawn(['x'], { id: 'lost' }), client.spawn(['x'], { id: 'kept' })];
  const views = [lost.events().next(), kept.events().next()] as const;
  await Promise.all([lost.started, kept.started]);
  server.on(sessionReplay, () => ({
    processes: [{ processId: 'kept' as never, firstSeq: 5, nextSeq: 9 }],
    missing: ['lost' as never],
  }));
  const { recovery } = await cutAndRecover(server, client);
  expect(recovery).toMatchObject({ attempts: 1, replayedEvents: 4, gaps: 1, lostProcesses: 1 });
  const kinds = await outcomeKinds([views[0], lost.exited, lost.closed, lost.write('a')]);
  expect(kinds).toEqual(['processUnknown', 'processUnknown', 'processUnknown', 'stdinClosed']);
  server.output('kept', 1, 'here');
  expect((await views[1]).value).toMatchObject({ seq: 1, type: 'output' });
});

test('a process whose start is under way is not lost because the server does not know it yet', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  await client.environment();
  server.stall();
  const sent = client.spawn(['x'], { id: 'sent' });
  const view = collect(sent.lines());
  await settle();
  server.isDown = true;
  server.cut();
  await until(() => client.state === 'recovering');
  const unsent = client.spawn(['x'], { id: 'unsent' });
  await settle();
  server.on(sessionReplay, ({ cursors }) => ({
    processes: [],
    missing: cursors.map(({ processId }) => processId),
  }));
  server.isDown = false;
  await Promise.all([sent.started, unsent.started]);
  expect(server.paramsOf('session/replay')).toEqual([
    { cursors: [{ processId: 'sent', afterSeq: 0, windowBytes: WINDOW_BYTES }] },
  ]);
  server.output('sent', 1, 'hello');
  server.exited('sent', 2);
  server.closed('sent', 3);
  expect(await view).toEqual(['hello']);
});

test('a process that was started while the server looked for others is not lost', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const changes = changesOf(client);
  await client.environment();
  server.stall();
  const handle = client.spawn(['x'], { id: 'p' });
  const view = collect(handle.lines());
  await settle();
  const looked = createDeferred<undefined>();
  server.on(sessionReplay, async () => {
    await looked.promise;
    return { processes: [], missing: [asProcessId('p')] };
  });
  server.cut();
  await handle.started;
  looked.resolve(undefined);
  await until(() => client.state === 'ready');
  server.output('p', 1, 'hello');
  server.exited('p', 2);
  server.closed('p', 3);
  expect(await view).toEqual(['hello']);
  expect(changes.at(-1)?.recovery).toMatchObject({ lostProcesses: 0 });
});

test('output that is no longer retained is named to whoever wanted it, and everything else goes on', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  const lines = process.lines();
  await process.started;
  server.output('p', 1, 'one\n');
  expect((await lines.next()).value).toBe('one');
  server.on(processRead, () => ({
    chunks: [{ seq: 6, stream: 'stdout' as const, chunk: new Uint8Array([65, 10]) }],
    nextSeq: 7,
    exited: false,
    exitCode: null,
    closed: false,
  }));
  await cutAndRecover(server, client);
  server.gap('p', 2, 5);
  server.output('p', 6, 'A\n');
  const error = await lines.next().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(GapError);
  expect({ from: (error as GapError).from, to: (error as GapError).to }).toEqual({ from: 2, to: 5 });
  expect((await process.lines({ after: 5 }).next()).value).toBe('A');
  server.exited('p', 7);
  expect(await process.exited).toEqual({ exitCode: 0, signal: null });
});

test('a view that reads goes on reading over a cut', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  await process.started;
  server.on(processRead, () => {
    if (server.paramsOf('process/read').length === 1) server.cut();
    const chunk = { seq: 1, stream: 'stdout' as const, chunk: new Uint8Array([65, 10]) };
    return { chunks: [chunk], nextSeq: 2, exited: false, exitCode: null, closed: false };
  });
  expect((await process.lines({ after: 0 }).next()).value).toBe('A');
  expect(server.paramsOf('process/read').length).toBe(2);
});

test('what is pushed while the handshake is under way is taken', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  const lines = process.lines();
  await process.started;
  const gate = createDeferred<undefined>();
  server.on(initialize, async ({ extensions }) => {
    server.output('p', 1, 'early\n');
    await gate.promise;
    return { sessionId: client.sessionId, extensions };
  });
  server.cut();
  expect((await lines.next()).value).toBe('early');
  expect(client.state).toBe('recovering');
  gate.resolve(undefined);
  await until(() => client.state === 'ready');
  expect(server.paramsOf('session/replay')).toEqual([
    { cursors: [{ processId: 'p', afterSeq: 1, windowBytes: WINDOW_BYTES }] },
  ]);
});

test('exec gives everything though the link is lost between its exit and its last output', async () => {
  const clock = new ManualClock();
  const server = new FakeServer();
  await using client = await server.connect({ silenceMs: 0 }, clock);
  const run = client.exec(['x'], { id: 'p' });
  await until(() => server.paramsOf('process/start').length === 1);
  server.exited('p', 1);
  await settle();
  clock.advance(EXEC_DRAIN_MS - 10);
  server.isDown = true;
  server.cut();
  await until(() => server.dials === 2);
  // No time for late output passes while it cannot come.
  for (let at = 0; at < 5; at += 1) {
    clock.advance(EXEC_DRAIN_MS);
    await settle();
  }
  server.isDown = false;
  clock.advance(EXEC_DRAIN_MS);
  await until(() => client.state === 'ready');
  clock.advance(EXEC_DRAIN_MS - 10);
  await settle();
  server.output('p', 2, 'late');
  server.closed('p', 3);
  const { stdout, drained } = await run;
  expect({ stdout, drained }).toEqual({ stdout: 'late', drained: true });
});

test('two cuts in a row, the second before the first is over, lose and double nothing', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p', stdin: 'pipe' });
  const lines = collect(process.lines());
  await process.started;
  server.output('p', 1, 'a\n');
  server.on(sessionReplay, ({ cursors }) => {
    if (server.dials === 2) server.cut();
    else server.output('p', 2, 'b\n');
    return {
      processes: cursors.map(({ processId, afterSeq }) => ({
        processId,
        firstSeq: 1,
        nextSeq: afterSeq + 2,
      })),
      missing: [],
    };
  });
  await settle();
  server.stall();
  const written = process.write('x');
  await settle();
  server.cut();
  await written;
  await until(() => client.state === 'ready');
  server.closed('p', 4);
  server.exited('p', 3);
  expect(await lines).toEqual(['a', 'b']);
  expect(server.paramsOf('process/write').length).toBe(1);
  expect(server.dials).toBe(3);
});
