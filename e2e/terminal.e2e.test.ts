import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHoldfast, SCRIPT, showOnTerminal, startServer, type TestServer } from './harness.js';

// What prints in a terminal of the server has its carriage returns, and ours must add none.
const PRINT = ['sh', '-c', String.raw`echo line; stty -onlcr; printf 'down\nwards\n'`];
const PRINTED = 'line\r\ndown\nwards\n';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.runIf(existsSync(SCRIPT))('on a terminal', () => {
  test.each([[['-t']], [['-i', '-t']]])(
    'run %j shows what the command printed, byte for byte',
    async (options) => {
      const args = ['run', ...options, '--', ...PRINT];
      expect(await showOnTerminal(args, { HOLDFAST_URL: server.url })).toBe(PRINTED);
    },
  );

  test('run without a terminal for the command ends lines as any program does', async () => {
    const args = ['run', '--', 'echo', 'line'];
    expect(await showOnTerminal(args, { HOLDFAST_URL: server.url })).toBe('line\r\n');
  });

  test('a note to the person begins and ends a line of its own', async () => {
    const args = ['run', '-t', '--timeout', '300ms', '--', 'sh', '-c', 'echo line; sleep 60'];
    expect(await showOnTerminal(args, { HOLDFAST_URL: server.url })).toBe(
      'line\r\nholdfast: the command ran longer than 300 ms and was ended\r\n',
    );
  });

  test('logs and attach show the output of a terminal byte for byte', async () => {
    const env = { HOLDFAST_URL: server.url };
    const { stdout } = await runHoldfast(['run', '-d', '-t', '--', ...PRINT], { env });
    const ref = stdout.trim();
    expect(await showOnTerminal(['logs', '-f', ref], env)).toBe(PRINTED);
    expect(await showOnTerminal(['attach', '--no-stdin', '--replay', ref], env)).toBe(PRINTED);
  });
});
