import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Command } from './command.js';
import { PROGRAM, spawnHoldfast, startServer, type TestServer } from './harness.js';
import { PATH } from './runs.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox/sandbox-users.js';

/** Says what it is sent, and ends with the second. */
const LISTENER = `
  trap 'echo USR1' USR1
  trap 'echo USR2; exit 7' USR2
  echo ready
  while :; do sleep 0.02; done`;

const HEARD = { code: 7, stdout: 'ready\nUSR1\nUSR2\n' };

/** Sends both, one when the other was heard. */
async function signalBoth(command: Command): Promise<void> {
  await command.prints('ready\n');
  command.child.kill('SIGUSR1');
  await command.prints('USR1\n');
  command.child.kill('SIGUSR2');
}

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

test('SIGUSR1 opens no inspector of a server', async () => {
  process.kill(server.pid, 'SIGUSR1');
  expect([await server.holdfast('run', '--', 'echo', 'served'), server.log()]).toEqual([
    { code: 0, stdout: 'served\n', stderr: '' },
    '',
  ]);
});

test('SIGUSR1 and SIGUSR2 reach a command on a server', async () => {
  const env = { HOLDFAST_URL: server.url };
  const command = new Command(spawnHoldfast(['run', '--', 'sh', '-c', LISTENER], env));
  await signalBoth(command);
  expect(await command.ended).toMatchObject(HEARD);
});

describeConfined('in a sandbox', WHOEVER_TESTS, () => {
  test('SIGUSR1 and SIGUSR2 reach the command', async () => {
    const command = new Command(spawnHoldfast(['sandbox', '--', 'sh', '-c', LISTENER]));
    await signalBoth(command);
    expect(await command.ended).toMatchObject(HEARD);
  });

  // As a signal does that comes before the first line of the program.
  const opening = (port: number): string =>
    `data:text/javascript,import inspector from 'node:inspector';inspector.open(${port})`;

  test.each([
    [
      'that a signal has opened can be reached no more',
      'ECONNREFUSED',
      (port: number) => ['--import', opening(port)],
    ],
    ['that somebody has asked for stays open', 'open', (port: number) => [`--inspect=${port}`]],
  ])('an inspector %s', async (_what, expected, options) => {
    const port = await freePort();
    const tryIt = `require('node:net').connect(${port}, '127.0.0.1')
      .on('connect', () => { console.log('open'); process.exit() }).on('error', ({ code }) => console.log(code))`;
    const args = ['sandbox', '--net', 'on', '--', process.execPath, '-e', tryIt];
    const child = spawn(process.execPath, [...options(port), PROGRAM, ...args], {
      env: { PATH, HOME: tmpdir() },
    });
    expect(await new Command(child).ended).toMatchObject({ code: 0, stdout: `${expected}\n` });
  });
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}
