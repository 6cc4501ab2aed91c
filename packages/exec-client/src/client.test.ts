import {
  ExecError,
  environmentInfo,
  initialize,
  MAX_ID_CHARACTERS,
  offeredExtensions,
  processStart,
  processTerminate,
  processWrite,
  sessionClose,
  WINDOW_BYTES,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { createDeferred } from './deferred.js';
import { ACCEPTED, FakeServer } from './testing/fake-server.js';
import { outcomeKinds } from './testing/outcome-kinds.js';
import { settle, until } from './testing/until.js';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

test('the handshake offers all extensions and keeps what was granted', async () => {
  const server = new FakeServer({ extensions: { signals: 1 } });
  await using client = await server.connect({ clientName: 'me' });
  expect(server.asked).toEqual([
    {
      method: 'initialize',
      params: {
        clientName: 'me',
        clientInstance: expect.any(String) as string,
        extensions: offeredExtensions(),
      },
    },
    { method: 'initialized', params: {} },
  ]);
  expect([client.sessionId, client.extensions]).toEqual(['session-1', { signals: 1 }]);
});

test('without extensions nothing of them shows on the wire', async () => {
  const server = new FakeServer();
  await using client = await server.connect({ clientName: 'me', extensions: {} });
  const process = client.spawn(['true'], { id: 'p' });
  void process.events();
  await process.started;
  await process.terminate({ graceMs: 10 });
  const [start] = server.paramsOf('process/start');
  expect(server.asked).toEqual([
    { method: 'initialize', params: { clientName: 'me' } },
    { method: 'initialized', params: {} },
    { method: 'process/start', params: start },
    { method: 'process/terminate', params: { processId: 'p' } },
  ]);
  expect(start).not.toHaveProperty('windowBytes');
});

test('an environment that initialize did not tell is asked for once', async () => {
  const server = new FakeServer({ tellsEnvironment: false });
  await using client = await server.connect();
  const infos = await Promise.all([client.environment(), client.environment()]);
  await client.spawn(['true']).started;
  expect(infos.map(({ cwd }) => cwd)).toEqual(['file:///srv', 'file:///srv']);
  expect(server.paramsOf('environment/info')).toEqual([{}]);
});

test('an environment that could not be had fails the start, and is asked for again', async () => {
  const server = new FakeServer({ tellsEnvironment: false });
  await using client = await server.connect();
  server.on(environmentInfo, () => {
    throw new ExecError('internal', 'not now');
  });
  await expect(client.spawn(['true']).started).rejects.toThrow('not now');
  server.on(environmentInfo, () => ({ shell: { name: 'sh', path: '/bin/sh' } }));
  await client.spawn(['true']).started;
});

test('a view that opens in the turn of the spawn is known to the start', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const seen = client.spawn(['true']);
  const events = seen.events();
  const unseen = client.spawn(['true']);
  await Promise.all([seen.started, unseen.started]);
  expect(server.paramsOf('process/start')).toEqual([
    expect.objectContaining({ windowBytes: WINDOW_BYTES }),
    expect.objectContaining({ windowBytes: 0 }),
  ]);
  await events.return();
  await until(() => server.paramsOf('process/window').length === 1);
  expect(server.paramsOf('process/window')).toEqual([{ processId: seen.id, ackSeq: 0, windowBytes: 0 }]);
});

test('events, lines and streams of one process each give everything', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  const views = [
    collect(process.events()),
    collect(process.lines()),
    collect(process.lines({ stream: 'stderr' })),
    collect(process.stdout).then((chunks) => chunks.map(text)),
    collect(process.stderr).then((chunks) => chunks.map(text)),
    collect(process.all).then((chunks) => chunks.map(text)),
  ];
  expect(process.stdout).toBe(process.stdout);
  await process.started;
  server.output('p', 1, 'out');
  server.output('p', 2, 'err\n', 'stderr');
  server.exited('p', 3, 4);
  server.output('p', 4, 'put\r\nrest');
  server.closed('p', 5);
  const encode = (chunk: string): Uint8Array => new TextEncoder().encode(chunk);
  expect(await Promise.all(views)).toEqual([
    [
      { type: 'output', seq: 1, stream: 'stdout', bytes: encode('out') },
      { type: 'output', seq: 2, stream: 'stderr', bytes: encode('err\n') },
      { type: 'exited', seq: 3, exitCode: 4, signal: null },
      { type: 'output', seq: 4, stream: 'stdout', bytes: encode('put\r\nrest') },
      { type: 'closed', seq: 5 },
    ],
    ['err', 'output', 'rest'],
    ['err'],
    ['out', 'put\r\nrest'],
    ['err\n'],
    ['out', 'err\n', 'put\r\nrest'],
  ]);
});

test('exited and closed settle though nobody reads, and though a view is open that nobody reads', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  const unread = process.stdout;
  await process.started;
  server.output('p', 1, 'out');
  server.exited('p', 2, 130, 'SIGINT');
  server.closed('p', 3);
  expect(await process.exited).toEqual({ exitCode: 130, signal: 'SIGINT' });
  await process.closed;
  await unread.cancel();
});

test('a failed start rejects everything that depends on it with its reason, and nothing is unhandled', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  server.on(processStart, () => {
    throw new ExecError('programNotFound', 'no such program');
  });
  const process = client.spawn(['x'], { stdin: 'pipe' });
  const kinds = await outcomeKinds([
    process.started,
    process.exited,
    process.closed,
    process.write('a'),
    process.end(),
    process.signal('SIGINT'),
    process.terminate(),
    process.events().next(),
    process.lines().next(),
    process.stdout.getReader().read(),
  ]);
  expect(kinds).toEqual(kinds.map(() => 'programNotFound'));
  client.spawn(['x']);
  await settle();
});

test('a start that cannot be meant is refused before anything is sent, and never by a throw of spawn', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const kinds = await outcomeKinds([
    client.spawn([]).started,
    client.spawn(['ls'], { cwd: 'here' }).started,
    client.spawn(['ls'], { signal: AbortSignal.abort(new Error('no more')) }).started,
  ]);
  expect(kinds).toEqual(['invalidParams', 'invalidPath', 'other']);
  expect(server.paramsOf('process/start')).toEqual([]);
});

test('an id that a process of this client has is refused, and can be used again after the end', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const first = client.spawn(['x'], { id: 'p' });
  await expect(client.spawn(['x'], { id: 'p' }).started).rejects.toMatchObject({ kind: 'processIdInUse' });
  server.exited('p', 1);
  server.closed('p', 2);
  await first.closed;
  await client.spawn(['x'], { id: 'p' }).started;
});

test('events that overtake the answer to the start are not lost', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const started = createDeferred<undefined>();
  server.on(processStart, async ({ processId }) => {
    server.output(processId, 1, 'a');
    server.exited(processId, 2);
    server.closed(processId, 3);
    await started.promise;
    return { processId };
  });
  const process = client.spawn(['x']);
  const lines = collect(process.lines());
  expect(await process.exited).toEqual({ exitCode: 0, signal: null });
  started.resolve(undefined);
  await process.started;
  expect(await lines).toEqual(['a']);
});

test('a view that is left early frees its process; its signal ends it with the reason', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const process = client.spawn(['x'], { id: 'p' });
  await process.started;
  const stop = new AbortController();
  const aborted = collect(process.lines({ signal: stop.signal }));
  const left = (async (): Promise<void> => {
    for await (const line of process.lines()) if (line === 'a') return;
  })();
  server.output('p', 1, 'a\n');
  await left;
  stop.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  await until(() => server.paramsOf('process/window').length > 0);
  expect(server.paramsOf('process/window').at(-1)).toEqual({ processId: 'p', ackSeq: 1, windowBytes: 0 });
});

test('a signal stops a wait and not the work', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const answer = createDeferred<undefined>();
  server.on(processWrite, async () => {
    await answer.promise;
    return ACCEPTED;
  });
  const process = client.spawn(['x'], { stdin: 'pipe' });
  const stop = new AbortController();
  const written = process.write('a', { signal: stop.signal });
  await until(() => server.paramsOf('process/write').length === 1);
  stop.abort(new Error('enough'));
  await expect(written).rejects.toThrow('enough');
  answer.resolve(undefined);
  await process.write('b');
  expect(server.paramsOf('process/write').length).toBe(2);
  await expect(process.write('c', { signal: stop.signal })).rejects.toThrow('enough');
  expect(server.paramsOf('process/write').length).toBe(2);
});

test('the signal given to spawn terminates the process', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  server.on(processTerminate, ({ processId }) => {
    server.exited(processId, 1, 143, 'SIGTERM');
    return { running: true };
  });
  const stop = new AbortController();
  const process = client.spawn(['x'], { signal: stop.signal });
  await process.started;
  stop.abort();
  expect(await process.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
  expect(await process.terminate()).toBe(false);
  expect(server.paramsOf('process/terminate').length).toBe(1);
});

test('signals go by name and target; without the extension there is SIGINT to the group and nothing else', async () => {
  const modern = new FakeServer();
  const legacy = new FakeServer({ extensions: {} });
  await using first = await modern.connect();
  await using second = await legacy.connect();
  await first.spawn(['x'], { id: 'p' }).signal('SIGTERM', { target: 'tree' });
  const old = second.spawn(['x'], { id: 'p', stdin: 'pipe' });
  await old.signal('SIGINT');
  const refused = [old.signal('SIGTERM'), old.signal('SIGINT', { target: 'tree' }), old.end()];
  expect(await outcomeKinds(refused)).toEqual(['unsupported', 'unsupported', 'unsupported']);
  expect([modern.paramsOf('process/signal'), legacy.paramsOf('process/signal')]).toEqual([
    [{ processId: 'p', signal: 'SIGTERM', target: 'tree' }],
    [{ processId: 'p', signal: 'interrupt' }],
  ]);
});

test('a process without stdin takes no writes', async () => {
  await using client = await new FakeServer().connect();
  await expect(client.spawn(['x']).write('a')).rejects.toMatchObject({ kind: 'stdinClosed' });
});

test('disposing of a handle terminates the process and waits for its exit', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  server.on(processTerminate, ({ processId }) => {
    server.exited(processId, 1, 137, 'SIGKILL');
    return { running: true };
  });
  {
    await using process = client.spawn(['x']);
    await process.started;
  }
  expect(server.paramsOf('process/terminate').length).toBe(1);
});

test('without recovery a lost connection fails everything that waits, and everything that comes', async () => {
  const server = new FakeServer();
  const client = await server.connect({ recoverTimeoutMs: 0 });
  const process = client.spawn(['x'], { stdin: 'pipe' });
  const next = process.events().next();
  await process.started;
  server.cut();
  expect((await client.closed).kind).toBe('connectionLost');
  const kinds = await outcomeKinds([
    next,
    process.exited,
    process.closed,
    process.write('a'),
    process.signal('SIGINT'),
    process.terminate(),
    client.exec(['x']),
    client.spawn(['x']).started,
  ]);
  expect(kinds).toEqual(kinds.map(() => 'connectionLost'));
  await client.close();
});

test('a server that breaks the protocol loses its client', async () => {
  const server = new FakeServer();
  const client = await server.connect({ recoverTimeoutMs: 0 });
  server.send('{"method":"process/output","params":{"processId":1}}');
  const { kind, message } = await client.closed;
  expect([kind, message.split(': ').slice(0, 3)]).toEqual([
    'connectionLost',
    ['the server broke the protocol', 'process/output', 'processId'],
  ]);
});

test('notifications that this build does not know are ignored', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  server.send('{"method":"process/news","params":{}}');
  await client.spawn(['x']).started;
});

test('closing ends the session, then the connection, and fails what still waits with clientClosed', async () => {
  const server = new FakeServer();
  const client = await server.connect();
  const process = client.spawn(['x']);
  await process.started;
  await Promise.all([client.close(), client.close()]);
  expect(server.paramsOf('session/close')).toEqual([{}]);
  expect((await client.closed).kind).toBe('clientClosed');
  const kinds = await outcomeKinds([process.exited, client.exec(['x']), client.environment()]);
  expect(kinds).toEqual(['clientClosed', 'clientClosed', 'clientClosed']);
});

test('closing towards a server without sessions to close terminates what runs', async () => {
  const server = new FakeServer({ extensions: {} });
  const client = await server.connect();
  const running = client.spawn(['x'], { id: 'running' });
  const over = client.spawn(['x'], { id: 'over' });
  await Promise.all([running.started, over.started]);
  server.exited('over', 1);
  await over.exited;
  await client.close();
  expect(server.paramsOf('process/terminate')).toEqual([{ processId: 'running' }]);
});

test('a server that refuses to close the session does not keep the client open', async () => {
  const server = new FakeServer();
  server.on(sessionClose, () => {
    throw new ExecError('internal', 'no');
  });
  const client = await server.connect();
  await client.close();
  expect((await client.closed).kind).toBe('clientClosed');
});

test('a refused initialize fails connect with the reason of the server', async () => {
  const server = new FakeServer();
  server.on(initialize, () => {
    throw new ExecError('limitExceeded', 'too many sessions');
  });
  await expect(server.connect()).rejects.toMatchObject({ kind: 'limitExceeded' });
});

test('an id that is too long is refused before anything is sent', async () => {
  const server = new FakeServer({ extensions: offeredExtensions() });
  await using client = await server.connect();
  const before = server.asked.length;
  const long = 'x'.repeat(MAX_ID_CHARACTERS + 1);
  await expect(client.spawn(['true'], { id: long }).started).rejects.toThrow(
    new ExecError(
      'invalidParams',
      'process/start: processId: must have at most 1024 characters; choose a shorter one',
    ),
  );
  await expect(client.attach(long).started).rejects.toThrow(
    new ExecError(
      'invalidParams',
      'process/attach: ref: must have at most 1024 characters; choose a shorter one',
    ),
  );
  expect(server.asked.slice(before)).toEqual([]);
});
