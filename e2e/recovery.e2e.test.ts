import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type Client, type ConnectOptions, connect, type StateChange } from '@holdfast/exec-client';
import { describe, expect, test } from 'vitest';
import { eventually, within } from './deadline.js';
import { type Forwarder, startForwarder } from './forwarder.js';
import { type ServerOptions, spawnHoldfast, startServer, type TestServer } from './harness.js';
import { descendants } from './process-table.js';

interface World extends AsyncDisposable {
  readonly server: TestServer;
  readonly link: Forwarder;
  readonly client: Client;
  readonly changes: readonly StateChange[];
  /** Cuts the link and waits until everything is whole again. @returns what that took. */
  cut(): Promise<StateChange['recovery']>;
}

/** Sessions are kept for as long as a test may take. */
const KEEP: ServerOptions = { sessionTtl: '60s' };

/** The same, and a client is let in whatever server it meant. */
const OPEN: ServerOptions = { ...KEEP, args: ['--no-auth'] };

async function startWorld(options: ConnectOptions = {}, serverOptions = KEEP): Promise<World> {
  const server = await startServer(serverOptions);
  const link = await startForwarder(server.url);
  const client = await connect(link.url, options);
  const changes: StateChange[] = [];
  client.on('state', (change) => changes.push(change));
  return {
    server,
    link,
    client,
    changes,
    async cut() {
      const before = changes.length;
      link.cut();
      return await eventually('the recovery', () => changes.slice(before).find(isBack)?.recovery);
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await link[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function isBack({ state }: StateChange): boolean {
  return state === 'ready';
}

function sha256(pieces: Iterable<Uint8Array | string>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

describe.each([
  ['ours', {}],
  ['of a client without extensions', { extensions: {} }],
] as const)('a session %s', (_, options: ConnectOptions) => {
  test('lines go on over two cuts, each once and in order', async () => {
    await using world = await startWorld(options);
    const process = world.client.spawn([
      'sh',
      '-c',
      'i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo $i; sleep 0.002; done',
    ]);
    const lines: string[] = [];
    let cuts = 0;
    for await (const line of process.lines()) {
      lines.push(line);
      if (lines.length !== 100 && lines.length !== 200) continue;
      await within('a recovery', world.cut());
      cuts += 1;
    }
    expect(lines).toEqual(Array.from({ length: 400 }, (_value, index) => String(index + 1)));
    expect([cuts, await process.exited]).toEqual([2, { exitCode: 0, signal: null }]);
  });

  test('output that was printed without a link comes whole, and so does the end', async () => {
    await using world = await startWorld(options);
    const { client, link } = world;
    const process = client.spawn(['sh', '-c', 'echo ready; read go; seq 1 1500000; exit 7'], {
      stdin: 'pipe',
    });
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      for await (const bytes of process.stdout) pieces.push(bytes);
    })();
    await within(
      'the first output',
      eventually('output', () => pieces[0]),
    );
    await process.write('go\n');
    link.isDown = true;
    link.cut();
    await eventually('the loss', () => (client.state === 'recovering' ? true : undefined));
    // The server goes on by itself meanwhile, and so does the process.
    await new Promise((resolve) => setTimeout(resolve, 500));
    link.isDown = false;
    await within('all output', reading);
    expect(await process.exited).toEqual({ exitCode: 7, signal: null });
    const expected = [
      'ready\n',
      ...Array.from({ length: 1_500_000 }, (_value, index) => `${String(index + 1)}\n`),
    ];
    expect(sha256(pieces)).toBe(sha256([expected.join('')]));
  });

  test('what is written arrives once and in order, whatever is cut meanwhile', async () => {
    await using world = await startWorld(options);
    const process = world.client.spawn(['head', '-c', '8000000'], { stdin: 'pipe' });
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      for await (const bytes of process.stdout) pieces.push(bytes);
    })();
    const input = Array.from({ length: 80 }, (_value, index) => String(index % 10).repeat(100_000));
    const writes = input.map((text) => process.write(text));
    for (const at of [10, 40]) {
      await within('a write', writes[at] ?? Promise.resolve());
      await world.cut();
    }
    await within('all writes', Promise.all(writes));
    await within('all output', reading);
    expect(sha256(pieces)).toBe(sha256(input));
  });

  test('commands that end without a link give their results', async () => {
    await using world = await startWorld(options);
    const { client, link } = world;
    const runs = Array.from({ length: 20 }, (_value, index) =>
      client.exec(['sh', '-c', `sleep 0.2; echo out ${index}; echo err >&2; exit ${index}`], {
        reject: false,
      }),
    );
    await client.spawn(['true']).exited;
    link.isDown = true;
    link.cut();
    await new Promise((resolve) => setTimeout(resolve, 400));
    link.isDown = false;
    const results = await within('the results', Promise.all(runs));
    expect(
      results.map(({ exitCode, stdout, stderr, drained }) => ({ exitCode, stdout, stderr, drained })),
    ).toEqual(
      runs.map((_run, index) => ({
        exitCode: index,
        stdout: `out ${index}\n`,
        stderr: 'err\n',
        drained: true,
      })),
    );
  });
});

test('calls that are made without a link are carried out once it is back', async () => {
  await using world = await startWorld();
  const { client, link } = world;
  await client.spawn(['sleep', '60']).started;
  link.isDown = true;
  link.cut();
  await eventually('the loss', () => (client.state === 'recovering' ? true : undefined));
  const calls = [client.exec(['echo', 'hello']), client.exec(['cat'], { input: 'fed' })];
  const listed = client.processes();
  link.isDown = false;
  expect((await within('the calls', Promise.all(calls))).map(({ stdout }) => stdout)).toEqual([
    'hello\n',
    'fed',
  ]);
  // Whether it shows the two is for the server to say.
  expect((await listed).map(({ argv }) => argv)).toContainEqual(['sleep', '60']);
});

test('many requests under way at a cut are carried out once each', async () => {
  await using world = await startWorld();
  const starts = Array.from({ length: 100 }, (_value, index) =>
    world.client.exec(['sh', '-c', `echo ${index}`]),
  );
  await world.cut();
  await world.cut();
  const results = await within('all results', Promise.all(starts));
  expect(results.map(({ stdout }) => stdout)).toEqual(starts.map((_start, index) => `${index}\n`));
});

test('a connection that is half open is replaced, however long the server takes it for alive', async () => {
  await using world = await startWorld({ silenceMs: 900 });
  const process = world.client.spawn(['sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.2; done']);
  const lines: string[] = [];
  for await (const line of process.lines()) {
    lines.push(line);
    if (line === '2') world.link.stall();
  }
  expect(lines).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  const recovery = world.changes.find(isBack)?.recovery;
  expect(recovery?.attempts).toBeGreaterThan(1);
  expect(recovery?.durationMs).toBeLessThan(3_000);
});

test('a client that is closed without a link leaves nothing behind at the server', async () => {
  await using world = await startWorld();
  const { client, link, server } = world;
  await client.spawn(['sleep', '60']).started;
  const sleepers = (): number =>
    descendants(server.pid).filter(({ command }) => command.startsWith('sleep')).length;
  expect(sleepers()).toBe(1);
  link.isDown = true;
  link.cut();
  await eventually('the loss', () => (client.state === 'recovering' ? true : undefined));
  link.isDown = false;
  await within('the end of the client', client.close());
  await eventually('the end of the process', () => sleepers() === 0 || undefined);
});

test('another server is not taken for the one that had the session', async () => {
  await using other = await startServer(OPEN);
  await using world = await startWorld({}, OPEN);
  const { client, link } = world;
  const process = client.spawn(['sleep', '60']);
  await process.started;
  link.leadTo(other.url);
  link.cut();
  const reason = await within('the verdict', client.closed);
  expect(reason).toMatchObject({ kind: 'connectionLost', cause: { kind: 'sessionUnknown' } });
  await expect(process.exited).rejects.toBe(reason);
});

describe('the command line', () => {
  test('run goes on over two cuts as if nothing had happened', async () => {
    await using server = await startServer(KEEP);
    await using link = await startForwarder(server.url);
    const script = 'i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo $i; sleep 0.005; done; cat; exit 3';
    const child = spawnHoldfast(['run', '-i', '--', 'sh', '-c', script], { HOLDFAST_URL: link.url });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const mark of ['\n50\n', '\n120\n']) {
        if (!stdout.includes(mark) && (stdout + text).includes(mark)) link.cut();
      }
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.end('fed\n');
    const [code] = (await within('the end of run', once(child, 'close'))) as [number];
    const expected = [...Array.from({ length: 200 }, (_value, index) => String(index + 1)), 'fed', ''];
    expect({ code, stderr, stdout, connections: link.connections }).toEqual({
      code: 3,
      stderr: '',
      stdout: expected.join('\n'),
      connections: 3,
    });
  });

  test.each([
    ['run', ['run', '--', 'sh', '-c', 'echo here; sleep 60']],
    ['logs', ['logs', '-f', 'job']],
    ['attach', ['attach', '--no-stdin', '--replay', 'job']],
  ])('%s leaves with 125 when its session cannot be got back', async (_, args) => {
    await using other = await startServer(OPEN);
    await using server = await startServer(OPEN);
    await using link = await startForwarder(server.url);
    await using owner = await connect(server.url);
    await owner.spawn(['sh', '-c', 'echo here; sleep 60'], { id: 'job' }).started;
    const child = spawnHoldfast(args, { HOLDFAST_URL: link.url });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await within('its output', once(child.stdout, 'data'));
    link.leadTo(other.url);
    link.cut();
    const [code] = (await within('its end', once(child, 'close'))) as [number];
    expect({ code, stderr }).toEqual({
      code: 125,
      stderr: expect.stringMatching(/^holdfast: the session could not be resumed: .*\n$/) as string,
    });
  });

  test('logs -f goes on over a cut', async () => {
    await using server = await startServer(KEEP);
    await using link = await startForwarder(server.url);
    await using owner = await connect(server.url);
    const script = 'i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo $i; sleep 0.01; done';
    const job = owner.spawn(['sh', '-c', script], { id: 'job' });
    await job.started;
    const child = spawnHoldfast(['logs', '-f', 'job'], { HOLDFAST_URL: link.url });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!stdout.includes('30\n') && text.includes('30\n')) link.cut();
      stdout += text;
    });
    const [code] = (await within('the end of logs', once(child, 'close'))) as [number];
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: Array.from({ length: 100 }, (_value, index) => `${String(index + 1)}\n`).join(''),
    });
  });
});
