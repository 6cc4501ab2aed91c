import { createHash } from 'node:crypto';
import { type Client, connect, ExitError } from '@holdfast/exec-client';
import { describe, expect, test } from 'vitest';
import { within } from './deadline.js';
import { startServer } from './harness.js';

const PROGRAM = new URL('../packages/cli/dist/main.js', import.meta.url).pathname;

interface World extends AsyncDisposable {
  connect(): Promise<Client>;
}

async function startWorld(carrier: 'ws' | 'unix' | 'stdio'): Promise<World> {
  if (carrier === 'stdio') {
    const command = [process.execPath, PROGRAM, 'serve', '--listen', 'stdio'] as const;
    return { connect: () => connect({ command }), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const server = await startServer(carrier === 'unix' ? { listen: 'unix' } : {});
  return { connect: () => connect(server.url), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe.each(['ws', 'unix', 'stdio'] as const)('over %s', (carrier) => {
  test('exec gives what a command printed, and throws with all of it when the command fails', async () => {
    await using world = await startWorld(carrier);
    await using client = await world.connect();
    const good = await client.exec(['sh', '-c', 'echo out; echo err >&2']);
    expect(good).toMatchObject({
      exitCode: 0,
      stdout: 'out\n',
      stderr: 'err\n',
      cause: 'exit',
      drained: true,
    });
    const bad = await client.exec(['sh', '-c', 'echo why >&2; exit 3']).catch((error: unknown) => error);
    expect(bad).toBeInstanceOf(ExitError);
    expect((bad as ExitError).result).toMatchObject({ exitCode: 3, stderr: 'why\n' });
    const kept = await client.exec(['sh', '-c', 'kill -KILL $$'], { reject: false });
    expect(kept).toMatchObject({ exitCode: 137, signal: 'SIGKILL', cause: 'signal' });
  });

  test('a handle is written to, read by lines and by events, and tells its end', async () => {
    await using world = await startWorld(carrier);
    await using client = await world.connect();
    const sort = client.spawn(['sort', '-n'], { stdin: 'pipe' });
    await sort.write('10\n9\n');
    await sort.write('8');
    await sort.end();
    const lines: string[] = [];
    for await (const line of sort.lines()) lines.push(line);
    const types: string[] = [];
    for await (const event of sort.events({ after: 0 })) types.push(`${String(event.seq)} ${event.type}`);
    expect({ lines, types, end: await sort.exited }).toEqual({
      lines: ['8', '9', '10'],
      types: ['1 output', '2 exited', '3 closed'],
      end: { exitCode: 0, signal: null },
    });
  });

  test('a start that fails fails the handle, and nothing is unhandled', async () => {
    await using world = await startWorld(carrier);
    await using client = await world.connect();
    const missing = client.spawn(['no-such-program']);
    await expect(missing.started).rejects.toMatchObject({ kind: 'programNotFound' });
    await expect(missing.exited).rejects.toMatchObject({ kind: 'programNotFound' });
  });

  test('an end that nobody read for comes all the same', async () => {
    await using world = await startWorld(carrier);
    await using client = await world.connect();
    const loud = client.spawn(['head', '-c', '20000000', '/dev/zero']);
    expect(await within('the exit', loud.exited)).toEqual({ exitCode: 0, signal: null });
    await within('the close', loud.closed);
  });

  test('a stream that is opened and not read stalls its own process and no other', async () => {
    await using world = await startWorld(carrier);
    await using client = await world.connect();
    const endless = client.spawn(['yes']);
    const reader = endless.stdout.getReader();
    await within('the first bytes', reader.read());
    expect((await within('another command', client.exec(['echo', 'fine']))).stdout).toBe('fine\n');
    await reader.cancel();
    await endless.terminate();
    expect(await within('the end', endless.exited)).toMatchObject({ signal: 'SIGTERM' });
  });
});

test('10 MB go through stdin and come back byte for byte', async () => {
  await using world = await startWorld('ws');
  await using client = await world.connect();
  const input = new Uint8Array(10_000_000).map((_, at) => (at * 7919) % 251);
  const { stdout } = await client.exec(['cat'], { input, encoding: 'bytes' });
  expect(createHash('sha256').update(stdout).digest('hex')).toBe(
    createHash('sha256').update(input).digest('hex'),
  );
});

test('a signal given to exec ends the process and gives its reason at once', async () => {
  await using world = await startWorld('ws');
  await using client = await world.connect();
  const stop = new AbortController();
  const running = client.exec(['sleep', '60'], { signal: stop.signal });
  stop.abort(new Error('changed my mind'));
  await expect(running).rejects.toThrow('changed my mind');
});

test('a time limit ends the process and says so', async () => {
  await using world = await startWorld('ws');
  await using client = await world.connect();
  const result = await client.exec(['sleep', '60'], { timeoutMs: 100, reject: false });
  expect(result).toMatchObject({ cause: 'timeout', timedOut: true, signal: 'SIGTERM' });
});

test('20 clients with 10 processes each: every byte is accounted for', async () => {
  await using world = await startWorld('ws');
  const clients = await Promise.all(Array.from({ length: 20 }, () => world.connect()));
  const hashes = await within(
    'all processes',
    Promise.all(
      clients.flatMap((client, row) => Array.from({ length: 10 }, (_, at) => hashOf(client, row * 10 + at))),
    ),
    60_000,
  );
  const expected = Array.from({ length: 200 }, (_, at) =>
    createHash('sha256').update(numbers(at)).digest('hex'),
  );
  expect(hashes).toEqual(expected);
  await Promise.all(clients.map((client) => client.close()));
}, 90_000);

async function hashOf(client: Client, at: number): Promise<string> {
  const hash = createHash('sha256');
  const handle = client.spawn(['seq', String(at), String(at + 20_000)]);
  for await (const event of handle.events()) if (event.type === 'output') hash.update(event.bytes);
  return hash.digest('hex');
}

function numbers(from: number): string {
  return Array.from({ length: 20_001 }, (_, at) => `${String(from + at)}\n`).join('');
}
