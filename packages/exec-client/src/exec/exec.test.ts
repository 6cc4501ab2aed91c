import {
  ACKNOWLEDGE_DELAY_MS,
  EXEC_DRAIN_MS,
  ExecError,
  processCloseStdin,
  processStart,
  processTerminate,
  processWrite,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { ACCEPTED, FakeServer } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { settle, until } from '../testing/until.js';
import { ExitError } from './exit-error.js';

/** A server whose processes print and end as soon as they start. */
function serverThat(run: (server: FakeServer, id: string) => void): FakeServer {
  const server = new FakeServer();
  server.on(processStart, ({ processId }) => {
    queueMicrotask(() => {
      run(server, processId);
    });
    return { processId };
  });
  return server;
}

const failing = (): FakeServer =>
  serverThat((server, id) => {
    server.output(id, 1, 'out\n');
    server.output(id, 2, 'err\n', 'stderr');
    server.exited(id, 3, 3);
    server.closed(id, 4);
  });

test('a result holds both streams, apart and interleaved, and how the command ended', async () => {
  await using client = await failing().connect({}, new ManualClock());
  expect(await client.exec(['x'], { id: 'p', reject: false })).toEqual({
    id: 'p',
    exitCode: 3,
    signal: null,
    cause: 'exit',
    failed: true,
    timedOut: false,
    canceled: false,
    truncated: { stdout: false, stderr: false },
    drained: true,
    stdout: 'out\n',
    stderr: 'err\n',
    output: 'out\nerr\n',
    durationMs: 0,
  });
});

test('a failure throws an ExitError with the result, naming command, exit code and the tail of stderr', async () => {
  await using client = await failing().connect();
  const error: unknown = await client.exec(['sh', '-c', 'exit 3']).catch((reason: unknown) => reason);
  if (!(error instanceof ExitError)) throw new Error('no ExitError was thrown');
  expect({ kind: error.kind, message: error.message, stdout: error.result.stdout }).toEqual({
    kind: 'exitFailure',
    message: 'sh -c "exit 3": failed with exit code 3\nerr',
    stdout: 'out\n',
  });
});

test('bytes are given where they were asked for, and an ExitError still holds text', async () => {
  await using client = await failing().connect();
  const result = await client.exec(['x'], { encoding: 'bytes', reject: false });
  expect(result.output).toEqual(new TextEncoder().encode('out\nerr\n'));
  await expect(client.exec(['x'], { encoding: 'bytes' })).rejects.toMatchObject({
    result: { stdout: 'out\n' },
  });
});

test('a signal of someone else is the cause, and a failure', async () => {
  const server = serverThat((fake, id) => {
    fake.exited(id, 1, 137, 'SIGKILL');
    fake.closed(id, 2);
  });
  await using client = await server.connect();
  await expect(client.exec(['x'])).rejects.toThrow('x: was ended by SIGKILL, exit code 137');
  const { cause, failed, signal } = await client.exec(['x'], { reject: false });
  expect({ cause, failed, signal }).toEqual({ cause: 'signal', failed: true, signal: 'SIGKILL' });
});

test('late output is waited for, but no longer than 2 s after the exit', async () => {
  const clock = new ManualClock();
  const server = new FakeServer();
  await using client = await server.connect({ silenceMs: 0 }, clock);
  const run = client.exec(['x'], { id: 'p' });
  await until(() => server.paramsOf('process/start').length === 1);
  server.exited('p', 1);
  server.output('p', 2, 'late');
  await settle();
  clock.advance(EXEC_DRAIN_MS - 1);
  await settle();
  clock.advance(1);
  const { stdout, drained, durationMs } = await run;
  expect({ stdout, drained, durationMs }).toEqual({ stdout: 'late', drained: false, durationMs: 0 });
  await until(() => server.paramsOf('process/window').length === 1);
  expect({ window: server.paramsOf('process/window'), timers: clock.pending }).toEqual({
    window: [{ processId: 'p', ackSeq: 2, windowBytes: 0 }],
    timers: 0,
  });
});

test('a command that runs too long is terminated, and the cause says so', async () => {
  const clock = new ManualClock();
  const server = new FakeServer();
  await using client = await server.connect({ silenceMs: 0 }, clock);
  server.on(processTerminate, ({ processId }) => {
    server.exited(processId, 1, 143, 'SIGTERM');
    server.closed(processId, 2);
    return { running: true };
  });
  const run = client.exec(['x'], { timeoutMs: 500, killGraceMs: 20, reject: false });
  await until(() => server.paramsOf('process/start').length === 1);
  clock.advance(500);
  const { cause, timedOut, failed, exitCode, durationMs } = await run;
  expect({ cause, timedOut, failed, exitCode, durationMs }).toEqual({
    cause: 'timeout',
    timedOut: true,
    failed: true,
    exitCode: 143,
    durationMs: 500,
  });
  expect(server.paramsOf('process/terminate')).toEqual([expect.objectContaining({ graceMs: 20 })]);
  // What is left is the word to the server that its answers have arrived.
  clock.advance(ACKNOWLEDGE_DELAY_MS);
  expect(clock.pending).toBe(0);
});

test('a command that ended by itself just before its limit is no timeout', async () => {
  const clock = new ManualClock();
  const server = new FakeServer();
  await using client = await server.connect({ silenceMs: 0 }, clock);
  server.on(processTerminate, ({ processId }) => {
    server.exited(processId, 1, 0);
    server.closed(processId, 2);
    return { running: false };
  });
  const run = client.exec(['x'], { timeoutMs: 500 });
  await until(() => server.paramsOf('process/start').length === 1);
  clock.advance(500);
  expect((await run).cause).toBe('exit');
});

test('an aborted command is terminated, and exec rejects at once with the reason', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const stop = new AbortController();
  const run = client.exec(['x'], { signal: stop.signal });
  await until(() => server.paramsOf('process/start').length === 1);
  stop.abort(new Error('enough'));
  await expect(run).rejects.toThrow('enough');
  await until(() => server.paramsOf('process/terminate').length === 1);
  await expect(client.exec(['x'], { signal: stop.signal })).rejects.toThrow('enough');
  expect(server.paramsOf('process/start').length).toBe(1);
});

test('with reject: false an aborted command gives its result once it has ended', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  server.on(processTerminate, ({ processId }) => {
    server.exited(processId, 1, 143, 'SIGTERM');
    server.closed(processId, 2);
    return { running: true };
  });
  const stop = new AbortController();
  const run = client.exec(['x'], { signal: stop.signal, reject: false });
  await until(() => server.paramsOf('process/start').length === 1);
  stop.abort();
  const { cause, canceled, exitCode } = await run;
  expect({ cause, canceled, exitCode }).toEqual({ cause: 'canceled', canceled: true, exitCode: 143 });
});

/** A server whose processes end with the end of their input. */
function readingServer(): FakeServer {
  const server = new FakeServer();
  server.on(processCloseStdin, ({ processId }) => {
    server.exited(processId, 1);
    server.closed(processId, 2);
    return ACCEPTED;
  });
  return server;
}

async function* generate(): AsyncGenerator<string | Uint8Array> {
  yield 'a';
  await Promise.resolve();
  yield new TextEncoder().encode('b');
}

test.each([
  ['text', () => 'ab', ['ab']],
  ['bytes', () => new TextEncoder().encode('ab'), ['ab']],
  ['nothing', () => '', []],
  ['an iterable', generate, ['a', 'b']],
  ['a stream', () => ReadableStream.from(generate()), ['a', 'b']],
])('input can be %s', async (_name, input, expected) => {
  const server = readingServer();
  const written: string[] = [];
  server.on(processWrite, ({ chunk }) => {
    written.push(new TextDecoder().decode(chunk));
    return ACCEPTED;
  });
  await using client = await server.connect();
  await client.exec(['x'], { input: input() });
  expect(written).toEqual(expected);
});

test('a command that ends without reading its input is no failure, and the source is let go', async () => {
  const server = new FakeServer();
  let isReleased = false;
  const endless = async function* (): AsyncGenerator<string> {
    try {
      for (;;) {
        await Promise.resolve();
        yield 'y\n';
      }
    } finally {
      isReleased = true;
    }
  };
  let writes = 0;
  server.on(processWrite, ({ processId }) => {
    writes += 1;
    if (writes < 3) return ACCEPTED;
    server.exited(processId, 1);
    server.closed(processId, 2);
    throw new ExecError('stdinBroken', 'the process has ended');
  });
  await using client = await server.connect();
  expect((await client.exec(['head', '-1'], { input: endless() })).exitCode).toBe(0);
  await until(() => isReleased);
});

test('a command that closes its stdin and goes on is no failure', async () => {
  const server = new FakeServer();
  server.on(processWrite, () => ({ status: 'stdinClosed' as const }));
  await using client = await server.connect();
  const run = client.exec(['x'], { id: 'p', input: 'a' });
  await until(() => server.paramsOf('process/write').length === 1);
  await settle();
  server.exited('p', 1);
  server.closed('p', 2);
  expect((await run).exitCode).toBe(0);
  expect(server.paramsOf('process/terminate')).toEqual([]);
});

test('a source that fails ends the command and is the failure of exec', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const broken = async function* (): AsyncGenerator<string> {
    yield 'a';
    await Promise.resolve();
    throw new Error('the disk is gone');
  };
  await expect(client.exec(['x'], { input: broken() })).rejects.toThrow('the disk is gone');
  await until(() => server.paramsOf('process/terminate').length === 1);
});

test('input is refused before the start where the server cannot end stdin', async () => {
  const server = new FakeServer({ extensions: {} });
  await using client = await server.connect();
  await expect(client.exec(['cat'], { input: 'a' })).rejects.toMatchObject({ kind: 'unsupported' });
  expect(server.paramsOf('process/start')).toEqual([]);
});

test.each([-1, Number.NaN])('a time limit of %s is refused before the start', async (timeoutMs) => {
  const server = new FakeServer();
  await using client = await server.connect();
  await expect(client.exec(['x'], { timeoutMs })).rejects.toMatchObject({ kind: 'invalidParams' });
  expect(server.paramsOf('process/start')).toEqual([]);
});
