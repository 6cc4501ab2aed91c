import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { within } from './deadline.js';
import { runHoldfast, spawnHoldfast, startServer, type TestServer, temporaryDirectory } from './harness.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function run(
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): ReturnType<typeof runHoldfast> {
  return runHoldfast(['run', ...args], { ...options, env: { HOLDFAST_URL: server.url, ...options.env } });
}

describe('exit codes', () => {
  test.each([
    ['of success', ['true'], 0],
    ['of the command', ['sh', '-c', 'exit 3'], 3],
    ['of a signal', ['sh', '-c', 'kill -TERM $$'], 143],
    ['of a program that does not exist', ['no-such-program'], 127],
    ['of a program that cannot be run', ['/etc'], 126],
  ])('%s', async (_name, command, code) => {
    expect(await run(['--', ...command])).toMatchObject({ code, stdout: '' });
  });

  test('of a command that ran too long', async () => {
    const { code, stderr } = await run(['--timeout', '200ms', '--', 'sleep', '60']);
    expect({ code, stderr }).toEqual({
      code: 124,
      stderr: 'holdfast: the command ran longer than 200 ms and was ended\n',
    });
  });

  const COMPLAINTS: readonly (readonly [
    string,
    RegExp,
    { readonly args?: string[]; readonly url?: string },
  ])[] = [
    ['no server is named', /set HOLDFAST_URL/, { url: '' }],
    ['nobody listens there', /127\.0\.0\.1:9/, { url: 'ws://127.0.0.1:9/' }],
    ['an option is unknown', /unknown option '--colour'/, { args: ['--colour', '--', 'true'] }],
    ['a duration cannot be read', /such as 30s or 5m/, { args: ['--timeout', 'soon', '--', 'true'] }],
    ['the directory is relative', /absolute/, { args: ['--cwd', 'here', '--', 'true'] }],
    ['no command is given', /missing required argument 'command'/, { args: [] }],
  ];

  test.each(COMPLAINTS)(
    '125 when %s',
    async (_name, complaint, { args = ['--', 'true'], url = server.url }) => {
      const outcome = await run(args, { env: { HOLDFAST_URL: url } });
      expect(outcome).toEqual({ code: 125, stdout: '', stderr: expect.stringMatching(complaint) as string });
    },
  );

  test('125 when the token is wrong', async () => {
    const outcome = await run(['--url', `ws://${new URL(server.url).host}/?token=wrong`, '--', 'true']);
    expect(outcome).toEqual({ code: 125, stdout: '', stderr: expect.stringMatching(/token/) as string });
  });
});

test('output comes out on the stream that it was written to', async () => {
  const outcome = await run(['--', 'sh', '-c', 'echo out; echo err >&2']);
  expect(outcome).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
});

test('stdin goes through with -i, and is empty without it', async () => {
  expect(await run(['-i', '--', 'cat'], { input: 'hello\n' })).toMatchObject({ code: 0, stdout: 'hello\n' });
  expect(await run(['--', 'cat'], { input: 'hello\n' })).toMatchObject({ code: 0, stdout: '' });
});

test('a command that does not read its stdin is no failure', async () => {
  expect(await run(['-i', '--', 'true'], { input: 'x'.repeat(1_000_000) })).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
});

test('the directory and the variables are those that were asked for', async () => {
  await using place = await temporaryDirectory();
  const command = ['sh', '-c', 'pwd; echo "$GREETING-$LOCAL-$HOLDFAST_URL"'];
  const options = ['--cwd', place.path, '--env', 'GREETING=a=b', '--env', 'LOCAL'];
  const outcome = await run([...options, '--', ...command], { env: { LOCAL: 'mine' } });
  expect(outcome).toEqual({ code: 0, stdout: `${place.path}\na=b-mine-\n`, stderr: '' });
});

test('--json gives every event, and the failure of a start', async () => {
  const { stdout, code } = await run(['--json', '--', 'sh', '-c', 'echo x; exit 4']);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect({ code, events }).toEqual({
    code: 4,
    events: [
      { type: 'output', seq: 1, stream: 'stdout', base64: 'eAo=' },
      { type: 'exited', seq: 2, exitCode: 4, signal: null },
      { type: 'closed', seq: 3, bytes: { stdout: 2, stderr: 0, pty: 0 } },
    ],
  });
  const failed = await run(['--json', '--', 'no-such-program']);
  expect({ code: failed.code, event: JSON.parse(failed.stdout) as object }).toMatchObject({
    code: 127,
    event: { type: 'failed', kind: 'programNotFound' },
  });
});

test('50 MB come through byte for byte', async () => {
  const child = spawnHoldfast(['run', '--', 'seq', '1', '6300000'], { HOLDFAST_URL: server.url });
  const hash = createHash('sha256');
  let bytes = 0;
  const ended = once(child, 'close');
  for await (const chunk of child.stdout) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  await within('the end of the run', ended);
  const expected = createHash('sha256');
  for (let from = 1; from <= 6_300_000; from += 100_000) {
    expected.update(Array.from({ length: 100_000 }, (_, at) => `${String(from + at)}\n`).join(''));
  }
  expect({ bytes, hash: hash.digest('hex') }).toEqual({ bytes: 49_288_896, hash: expected.digest('hex') });
}, 60_000);

test('Ctrl-C reaches the command, and its answer is waited for', async () => {
  const script = 'trap "echo caught; exit 7" INT; echo ready; while :; do sleep 0.02; done';
  const child = spawnHoldfast(['run', '--', 'sh', '-c', script], { HOLDFAST_URL: server.url });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (stdout === '') child.kill('SIGINT');
    stdout += text;
  });
  const [code] = (await within('the end of the run', once(child, 'close'))) as [number];
  expect({ code, stdout }).toEqual({ code: 7, stdout: 'ready\ncaught\n' });
});

test('a third Ctrl-C ends a command that ignores it', async () => {
  const script = 'trap "echo no" INT; trap "" TERM; echo ready; while :; do sleep 0.02; done';
  const child = spawnHoldfast(['run', '--', 'sh', '-c', script], { HOLDFAST_URL: server.url });
  child.stdout.on('data', () => child.kill('SIGINT'));
  const [code] = (await within('the end of the run', once(child, 'close'))) as [number];
  expect(code).toBe(137);
});

test('when nobody reads any more, the command is ended', async () => {
  const child = spawnHoldfast(['run', '--', 'yes'], { HOLDFAST_URL: server.url });
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = (await within('the end of the run', once(child, 'close'))) as [number];
  expect(code).toBe(141);
});

test('what a command leaves behind is not waited for without end', async () => {
  const outcome = await run(['--', 'sh', '-c', 'echo now; sleep 60 & exit 5']);
  expect(outcome).toEqual({
    code: 5,
    stdout: 'now\n',
    stderr: expect.stringMatching(/still holds its output/) as string,
  });
});

test('help and version go to stdout with code 0', async () => {
  const [help, runHelp, version] = await Promise.all([
    runHoldfast(['--help']),
    runHoldfast(['run', '--help']),
    runHoldfast(['--version']),
  ]);
  expect([help.code, runHelp.code, version]).toEqual([0, 0, { code: 0, stdout: '0.1.0\n', stderr: '' }]);
  expect(runHelp.stdout).toContain('holdfast run -i --cwd');
});
