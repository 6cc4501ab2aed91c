import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, connect } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { eventually, within } from './deadline.js';
import { startFaultProxy } from './fault-proxy.js';
import { spawnHoldfast, temporaryDirectory } from './harness.js';
import { MARK_VARIABLE, markedProcesses } from './process-table.js';

/** A server that is going to be killed. */
interface DoomedServer {
  readonly url: string;
  kill(): Promise<void>;
}

const TOKEN = 'one-token-for-both-servers-of-a-test';

async function startDoomed(directory: string): Promise<DoomedServer> {
  const tokenFile = join(directory, 'token');
  await writeFile(tokenFile, TOKEN);
  const server = spawnHoldfast(['serve', '--token-file', tokenFile], { TMPDIR: directory });
  server.stderr.resume();
  const [line] = (await within('the URL', once(server.stdout, 'data'))) as [Buffer];
  const ended = once(server, 'exit');
  return {
    url: line.toString().trim(),
    async kill() {
      server.kill('SIGKILL');
      await within('the end of the server', ended);
    },
  };
}

/** How each of these failed, by name. */
async function failures(
  waits: Readonly<Record<string, PromiseLike<unknown>>>,
): Promise<Record<string, unknown>> {
  const settled = Object.entries(waits).map(async ([name, wait]) => {
    const outcome = await within(name, Promise.resolve(wait)).then(
      () => 'did not fail',
      (error: unknown) => (error as { readonly kind?: string }).kind ?? String(error),
    );
    return [name, outcome] as const;
  });
  return Object.fromEntries(await Promise.all(settled));
}

test('when the server is killed, whatever waits fails in time, and says what it cannot know', async () => {
  await using place = await temporaryDirectory();
  const server = await startDoomed(place.path);
  await using proxy = await startFaultProxy(server.url);
  await using client = await connect(proxy.url, { recoverTimeoutMs: 1_000 });
  const reader = client.spawn(['cat'], { stdin: 'pipe' });
  const terminal = client.spawn(['sleep', '300'], { pty: true });
  await Promise.all([reader.started, terminal.started]);
  const events = reader.events();
  const chunk = reader.stdout.getReader().read();
  const running = client.exec(['sleep', '300']);
  await eventually('the third process', async () => (await client.processes()).length === 3 || undefined);
  // What is sent from here on arrives nowhere, and nobody can tell.
  proxy.inject({ kind: 'stall' });
  const sent = {
    start: client.spawn(['true']).started,
    write: reader.write('x'),
    signal: reader.signal('SIGUSR1'),
    resize: terminal.resize({ rows: 5, cols: 5 }),
    terminate: terminal.terminate(),
  };
  const read = client.processes();
  await server.kill();
  proxy.inject({ kind: 'reset' });
  await eventually('recovering', () => client.state === 'recovering' || undefined);
  const late = client.spawn(['true']).started;
  const waits = {
    exited: reader.exited,
    closed: reader.closed,
    view: events.next(),
    stream: chunk,
    exec: running,
    read,
    late,
    ...sent,
  };
  expect(await failures(waits)).toEqual({
    exited: 'connectionLost',
    closed: 'connectionLost',
    view: 'connectionLost',
    stream: 'connectionLost',
    exec: 'connectionLost',
    read: 'connectionLost',
    late: 'connectionLost',
    start: 'outcomeUnknown',
    write: 'outcomeUnknown',
    signal: 'outcomeUnknown',
    resize: 'outcomeUnknown',
    terminate: 'outcomeUnknown',
  });
  expect([client.state, (await client.closed).kind]).toEqual(['failed', 'connectionLost']);
  expect(await failures({ afterwards: client.processes() })).toEqual({ afterwards: 'connectionLost' });
});

test('a new server at the same address is not taken for the one that was killed', async () => {
  await using place = await temporaryDirectory();
  const first = await startDoomed(place.path);
  await using proxy = await startFaultProxy(first.url);
  // Nobody waits 45 s here: the first answer of the new server decides.
  const client: Client = await connect(proxy.url);
  const mark = 'of-the-first-server';
  const env = { [MARK_VARIABLE]: mark };
  const sleeper = client.spawn(['sleep', '300'], { env });
  await sleeper.started;
  proxy.newLinks = { kind: 'refuse' };
  await first.kill();
  await eventually('recovering', () => client.state === 'recovering' || undefined);
  const late = client.spawn(['sleep', '300'], { env });
  await using elsewhere = await temporaryDirectory();
  const second = await startDoomed(elsewhere.path);
  proxy.retarget(second.url);
  proxy.newLinks = { kind: 'pass' };
  expect(
    await failures({
      exited: sleeper.exited,
      late: late.started,
      closed: Promise.reject(await client.closed),
    }),
  ).toEqual({
    exited: 'connectionLost',
    late: 'connectionLost',
    closed: 'connectionLost',
  });
  expect((await client.closed).cause).toMatchObject({ kind: 'sessionUnknown' });
  await using other = await connect(second.url);
  expect({ known: await other.processes(), running: markedProcesses(mark) }).toEqual({
    known: [],
    running: [],
  });
  await other.close();
  await second.kill();
});
