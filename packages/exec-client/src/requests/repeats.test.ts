import {
  ACKNOWLEDGE_DELAY_MS,
  ACKNOWLEDGED_AT_ONCE,
  MAX_CLIENT_REQUESTS_IN_FLIGHT,
  MAX_CLIENT_STDIN_BYTES,
  MAX_LEGACY_REQUESTS_IN_FLIGHT,
  offeredExtensions,
  processList,
  processSignal,
  processStart,
  processTerminate,
  processWrite,
  RESUME_RETRY_MS,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { createDeferred } from '../deferred.js';
import { ACCEPTED, FakeServer } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { outcomeKinds } from '../testing/outcome-kinds.js';
import { settle, until } from '../testing/until.js';

function count(server: FakeServer, method: string): number {
  return server.paramsOf(method).length;
}

test('what is unanswered is sent again with its ids, in their order, between positions and what is new', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p', stdin: 'pipe' });
  await process.started;
  server.stall();
  const calls: Promise<unknown>[] = [];
  for (const call of [
    () => process.write('a'),
    () => process.signal('SIGHUP'),
    () => client.processes(),
    () => process.write('b'),
  ]) {
    calls.push(call());
    await settle();
  }
  server.isDown = true;
  server.cut();
  await until(() => client.state === 'recovering');
  calls.push(process.signal('SIGUSR1'));
  server.isDown = false;
  await Promise.all(calls);
  expect(server.wire.filter((line) => line.startsWith('2'))).toEqual([
    '2 #7 initialize',
    '2 initialized',
    '2 #8 session/replay',
    '2 session/acknowledge',
    '2 #3 process/write',
    '2 #4 process/signal',
    '2 #5 process/list',
    '2 #6 process/write',
    '2 #9 process/signal',
  ]);
});

test('answers are acknowledged after some of them or a while, once, and with those that are still to come', async () => {
  const clock = new ManualClock();
  const server = new FakeServer();
  await using client = await server.connect({ silenceMs: 0 }, clock);
  const process = client.spawn(['x'], { id: 'p' });
  await process.started;
  const gate = createDeferred<undefined>();
  server.on(processTerminate, async () => {
    await gate.promise;
    return { running: true };
  });
  const terminated = process.terminate();
  await until(() => count(server, 'process/terminate') === 1);
  await process.signal('SIGHUP');
  clock.advance(ACKNOWLEDGE_DELAY_MS - 1);
  await settle();
  expect(server.paramsOf('session/acknowledge')).toEqual([]);
  clock.advance(1);
  await until(() => count(server, 'session/acknowledge') === 1);
  expect([server.paramsOf('session/acknowledge'), clock.pending]).toEqual([
    [{ upToId: 4, unanswered: [3] }],
    0,
  ]);
  await Promise.all(Array.from({ length: ACKNOWLEDGED_AT_ONCE }, () => process.signal('SIGHUP')));
  await until(() => count(server, 'session/acknowledge') === 2);
  gate.resolve(undefined);
  await terminated;
  expect(server.paramsOf('session/acknowledge').at(-1)).toEqual({
    upToId: 4 + ACKNOWLEDGED_AT_ONCE,
    unanswered: [3],
  });
});

test.each([
  ['a server with extensions', offeredExtensions(), MAX_CLIENT_REQUESTS_IN_FLIGHT / 2],
  ['a server without', {}, MAX_LEGACY_REQUESTS_IN_FLIGHT / 2],
])('towards %s so many requests are under way at once, and the others wait', async (_, extensions, limit) => {
  const server = new FakeServer({ extensions });
  const gate = createDeferred<undefined>();
  server.on(processSignal, async () => {
    await gate.promise;
    return {};
  });
  await using client = await server.connect();
  const process = client.spawn(['x'], { stdin: 'pipe' });
  await process.started;
  const signals = Array.from({ length: limit + 10 }, () => process.signal('SIGINT'));
  await until(() => count(server, 'process/signal') === limit);
  // Stdin has room of its own.
  await process.write('a');
  await settle();
  expect(count(server, 'process/signal')).toBe(limit);
  gate.resolve(undefined);
  await Promise.all(signals);
  expect(count(server, 'process/signal')).toBe(limit + 10);
});

test('stdin that nobody reads does not keep other requests from being sent', async () => {
  const server = new FakeServer({ extensions: {} });
  const gate = createDeferred<undefined>();
  server.on(processWrite, async () => {
    await gate.promise;
    return ACCEPTED;
  });
  await using client = await server.connect();
  const handles = Array.from({ length: MAX_LEGACY_REQUESTS_IN_FLIGHT }, () =>
    client.spawn(['x'], { stdin: 'pipe' }),
  );
  await Promise.all(handles.map(({ started }) => started));
  const writes = handles.map((process) => process.write('a'));
  await until(() => count(server, 'process/write') === MAX_LEGACY_REQUESTS_IN_FLIGHT / 2);
  await handles[0]?.terminate();
  gate.resolve(undefined);
  await Promise.all(writes);
});

test('so much stdin is under way at once, over all processes, and the rest waits while other requests are sent', async () => {
  const server = new FakeServer();
  const gate = createDeferred<undefined>();
  let writtenBytes = 0;
  server.on(processWrite, async ({ chunk }) => {
    writtenBytes += chunk.length;
    await gate.promise;
    return ACCEPTED;
  });
  await using client = await server.connect();
  const handles = Array.from({ length: 40 }, () => client.spawn(['x'], { stdin: 'pipe' }));
  await Promise.all(handles.map(({ started }) => started));
  const bytes = Buffer.alloc(MAX_CLIENT_STDIN_BYTES / handles.length);
  const writes = handles.map((process) => process.write(bytes));
  await until(() => (writtenBytes * 4) / 3 > MAX_CLIENT_STDIN_BYTES - 2 * bytes.length);
  await handles[0]?.terminate();
  expect((writtenBytes * 4) / 3).toBeLessThan(MAX_CLIENT_STDIN_BYTES + bytes.length);
  gate.resolve(undefined);
  await Promise.all(writes);
  expect(writtenBytes).toBe(bytes.length * handles.length);
});

test('a signal rejects at once while the link is lost; what was not sent never is, what was goes on', async () => {
  const clock = new ManualClock();
  const server = new FakeServer();
  await using client = await server.connect({ silenceMs: 0 }, clock);
  const process = client.spawn(['x'], { id: 'p' });
  await process.started;
  server.stall();
  const stop = new AbortController();
  const { signal } = stop;
  const sent: Promise<unknown>[] = [process.signal('SIGHUP', { signal })];
  await settle();
  sent.push(client.processes({ signal }));
  await settle();
  server.isDown = true;
  server.cut();
  await until(() => client.state === 'recovering');
  const waiting = [process.signal('SIGUSR1', { signal }), process.terminate({ signal })];
  stop.abort(new Error('enough'));
  expect(await outcomeKinds([...sent, ...waiting])).toEqual(Array(4).fill('other'));
  expect(client.state).toBe('recovering');
  await until(() => server.dials === 2);
  server.isDown = false;
  clock.advance(RESUME_RETRY_MS);
  await until(() => client.state === 'ready');
  await settle();
  expect(server.wire.slice(server.wire.indexOf('2 session/acknowledge') + 1)).toEqual([
    '2 #3 process/signal',
  ]);
});

test('a start whose answer is lost fails, and its process is ended after the recovery, however often that takes', async () => {
  const server = new FakeServer({ extensions: {} });
  await using client = await server.connect();
  server.on(processStart, ({ processId }) => {
    server.cut();
    return { processId };
  });
  server.on(processTerminate, () => {
    if (count(server, 'process/terminate') === 1) server.cut();
    return { running: true };
  });
  const process = client.spawn(['x'], { id: 'p' });
  expect(await outcomeKinds([process.started, process.exited, process.closed])).toEqual(
    Array(3).fill('outcomeUnknown'),
  );
  await until(() => count(server, 'process/terminate') === 2);
  await settle();
  server.cut();
  await until(() => server.dials === 4 && client.state === 'ready');
  await settle();
  expect(server.paramsOf('process/terminate')).toEqual([{ processId: 'p' }, { processId: 'p' }]);
  expect(server.wire.filter((line) => /^[23]/.test(line))).toEqual([
    '2 #3 initialize',
    '2 initialized',
    '2 #4 process/terminate',
    '3 #5 initialize',
    '3 initialized',
    '3 #6 process/terminate',
  ]);
});

test('a process that was started again under the id of a lost start is not ended', async () => {
  const server = new FakeServer({ extensions: {} });
  await using client = await server.connect();
  server.on(processStart, ({ processId }) => {
    if (count(server, 'process/start') === 1) server.cut();
    return { processId };
  });
  const gate = createDeferred<undefined>();
  server.on(processTerminate, async () => {
    await gate.promise;
    return { running: true };
  });
  await outcomeKinds([client.spawn(['x'], { id: 'p' }).started]);
  await client.spawn(['x'], { id: 'p' }).started;
  expect(count(server, 'process/terminate')).toBe(1);
  server.cut();
  await until(() => server.dials === 3 && client.state === 'ready');
  await settle();
  expect(count(server, 'process/terminate')).toBe(1);
  gate.resolve(undefined);
  server.on(processTerminate, () => ({ running: false }));
});

test('a message that the server does not take fails alone, and is not sent for ever', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p', stdin: 'pipe' });
  await process.started;
  server.stall();
  const small = process.signal('SIGHUP');
  const large = client.spawn(['x'.repeat(100_000)]).started;
  const read = client.processes();
  await settle();
  server.hangUp('messageTooBig', 'max 65536');
  expect(await outcomeKinds([small, large, read])).toEqual(['ok', 'limitExceeded', 'ok']);
  await expect(large).rejects.toThrow(
    /^process\/start: the server does not take a message of 100\d\d\d char/,
  );
  expect(client.state).toBe('ready');
});

test('what every connection is refused over is given up, and the session goes on', async () => {
  const clock = new ManualClock();
  const server = new FakeServer();
  await using client = await server.connect({ silenceMs: 0 }, clock);
  server.on(processList, () => {
    server.hangUp('protocolError', 'no such thing');
    return { processes: [] };
  });
  const [listed] = await outcomeKinds([client.processes()]);
  clock.advance(RESUME_RETRY_MS);
  await until(() => client.state === 'ready');
  expect([listed, count(server, 'process/list'), server.dials]).toEqual(['outcomeUnknown', 2, 3]);
});

test('a message that is too large for servers without extensions is not even sent to them', async () => {
  const server = new FakeServer({ extensions: {} });
  await using client = await server.connect();
  const huge = client.spawn(['x'.repeat(17 * 1024 * 1024)]);
  await expect(huge.started).rejects.toMatchObject({ kind: 'limitExceeded' });
  expect([count(server, 'process/start'), server.dials]).toEqual([0, 1]);
});
