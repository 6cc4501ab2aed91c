import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { within } from './deadline.js';
import { spawnHoldfast, startServer, type TestServer } from './harness.js';

const SIGTERM_CODE = 143;

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Leaves a sleeper behind. @returns its ref. */
async function sleeper(id: string): Promise<string> {
  const { code, stdout } = await server.holdfast('run', '--detach', '--id', id, '--', 'sleep', '1000');
  expect(code).toBe(0);
  return stdout.trim();
}

/** What `ps --json` says of one process, without what differs from run to run. */
async function listed(ref: string, ...options: readonly string[]): Promise<object | undefined> {
  const { stdout } = await server.holdfast('ps', '--json', ...options);
  const all = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { readonly ref: string });
  return all.find((one) => one.ref === ref);
}

test('what was left running is listed, ended by its id, and then listed with --all only', async () => {
  const ref = await sleeper('left');
  const facts = { ref, id: 'left', argv: ['sleep', '1000'], lifetime: 'server' };
  expect(await listed(ref)).toMatchObject({ ...facts, state: 'running', exitCode: null });
  expect(await server.holdfast('kill', 'left')).toEqual({ code: 0, stdout: `${ref}\n`, stderr: '' });
  expect(await listed(ref)).toBeUndefined();
  expect(await listed(ref, '--all')).toMatchObject({ ...facts, exitCode: SIGTERM_CODE });
});

test('a signal is sent by name, and its target may be named by its ref', async () => {
  const ref = await sleeper('signalled');
  expect(await server.holdfast('kill', '-s', 'TERM', ref)).toEqual({
    code: 0,
    stdout: `${ref}\n`,
    stderr: '',
  });
  expect((await server.holdfast('logs', '-f', ref)).code).toBe(0);
  expect(await listed(ref, '--all')).toMatchObject({ ref, exitCode: SIGTERM_CODE });
});

test('the table has a line for each process, with what it runs', async () => {
  const ref = await sleeper('shown');
  const { code, stdout, stderr } = await server.holdfast('ps');
  const [head, ...lines] = stdout.trimEnd().split('\n');
  expect({ code, stderr, head: head?.split(/\s+/) }).toEqual({
    code: 0,
    stderr: '',
    head: ['REF', 'ID', 'STATE', 'EXIT', 'AGE', 'COMMAND'],
  });
  expect(
    lines.filter((line) => line.startsWith(ref)).map((line) => line.replace(/\d+[smh]/, 'AGE').split(/\s+/)),
  ).toEqual([[ref, 'shown', 'running', '-', 'AGE', 'sleep', '1000']]);
  await server.holdfast('kill', ref);
});

test('who is not there cannot be ended, and the others are all the same', async () => {
  const ref = await sleeper('there');
  const { code, stdout, stderr } = await server.holdfast('kill', 'nobody', ref);
  expect({ code, stdout }).toEqual({ code: 1, stdout: `${ref}\n` });
  expect(stderr).toContain('nobody');
});

test.each([['--help'], ['ps', '--help'], ['ps', '--all']])(
  'what nobody reads ends quietly, as a broken pipe ends others: %j',
  async (...args) => {
    await sleeper(`unread-${args.join('')}`);
    const child = spawnHoldfast(args, { HOLDFAST_URL: server.url });
    child.stdout.destroy();
    const said = text(child.stderr);
    const [code] = (await within('the end of a command', once(child, 'exit'))) as [number | null];
    expect({ code, said: await said }).toEqual({ code: 141, said: '' });
  },
);
