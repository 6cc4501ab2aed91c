import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, within } from './deadline.js';
import { runHoldfast, spawnHoldfast, startServer, type TestServer } from './harness.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Starts a script that goes on by itself. @returns its ref. */
async function detached(id: string, script: string, ...options: readonly string[]): Promise<string> {
  const { code, stdout } = await server.holdfast(
    'run',
    '-d',
    '--id',
    id,
    ...options,
    '--',
    'sh',
    '-c',
    script,
  );
  expect(code).toBe(0);
  return stdout.trim();
}

/** Waits for the end of a process, by showing all that it printed. */
async function ended(ref: string): Promise<void> {
  expect((await server.holdfast('logs', '-f', ref)).code).toBe(0);
}

test('--tail shows the last lines of both streams, on the stream of each', async () => {
  const ref = await detached('lines', 'seq 1 5000; echo error >&2; printf end');
  await ended(ref);
  const [three, all, none] = await Promise.all([
    server.holdfast('logs', '--tail', '3', ref),
    server.holdfast('logs', '--tail', 'all', ref),
    server.holdfast('logs', '--tail', '0', ref),
  ]);
  expect([three, none]).toEqual([
    { code: 0, stdout: '5000\nend', stderr: 'error\n' },
    { code: 0, stdout: '', stderr: '' },
  ]);
  expect(all.stdout).toBe(`${Array.from({ length: 5000 }, (_, at) => `${String(at + 1)}\n`).join('')}end`);
});

test('with --follow the tail is where it begins, and what is printed later comes whole', async () => {
  const ref = await detached('follow', 'echo one; echo two; read x; echo three; echo four', '-i');
  await eventually(
    'both lines',
    async () => (await server.holdfast('logs', ref)).stdout === 'one\ntwo\n' || undefined,
  );
  const child = spawnHoldfast(['logs', '-f', '--tail', '1', ref], { HOLDFAST_URL: server.url });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const closed = once(child, 'close');
  await within('the tail', once(child.stdout, 'data'));
  await runHoldfast(['attach', ref], { input: '\n', env: { HOLDFAST_URL: server.url } });
  await within('the end of the log', closed);
  expect(stdout).toBe('two\nthree\nfour\n');
});

test('with --json the tail is that of the events', async () => {
  const ref = await detached('json', 'echo one; exit 3');
  await ended(ref);
  const { stdout } = await server.holdfast('logs', '--json', '--tail', '2', ref);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type),
  ).toEqual(['exited', 'closed']);
});

test('a time is no position, and the complaint says why', async () => {
  expect(await server.holdfast('logs', '--since', '10m', 'any')).toEqual({
    code: 125,
    stdout: '',
    stderr: expect.stringContaining('a log has no times') as string,
  });
});
