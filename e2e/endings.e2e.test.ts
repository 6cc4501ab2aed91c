import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './deadline.js';
import { runHoldfast, startServer, startStdio } from './harness.js';
import {
  type LiveProcess,
  markedProcesses,
  noneMarked,
  openDescriptors,
  releasedDescriptors,
} from './process-table.js';
import type { RawClient } from './raw-client.js';
import { finish, outputContains, start, startParams, startScript } from './runs.js';

/** Whatever a command may do to outlive its server, short of losing both its group and its parent. */
const STUBBORN =
  'trap "" TERM INT HUP; (trap "" TERM INT HUP; setsid sleep 60) & sleep 60 & echo ready; wait';

async function startStubborn(client: RawClient, processId: string): Promise<readonly LiveProcess[]> {
  await startScript(client, processId, STUBBORN);
  await outputContains(client, processId, 'ready');
  return await eventually('the whole tree', () => {
    const tree = markedProcesses(client.mark);
    return tree.filter(({ command }) => command === 'sleep 60').length >= 2 ? tree : undefined;
  });
}

describe('the end of a connection', () => {
  let server: Awaited<ReturnType<typeof startServer>>;

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test.each([
    ['closes', (client: RawClient) => client.end()],
    ['vanishes', (client: RawClient) => client.cut()],
  ])('a client that %s takes its processes with it and leaves those of others', async (_, leave) => {
    await using staying = await server.connect();
    await staying.initialize();
    await start(staying, 'p', ['/bin/cat'], { pipeStdin: true });
    const leaving = await server.connect();
    await leaving.initialize();
    await startStubborn(leaving, 'p');
    leave(leaving);
    await noneMarked(leaving.mark);
    await staying.request('process/write', { processId: 'p', writeId: '1', chunk: 'aGk=' });
    expect(await outputContains(staying, 'p', 'hi')).toBe('hi');
  });

  test('a client that leaves while a process starts leaves none', async () => {
    for (let i = 0; i < 10; i += 1) {
      const client = await server.connect();
      await client.initialize();
      const answer = start(client, 'p', ['/bin/sleep', '60']).catch(() => undefined);
      client.end();
      await answer;
      await client.ended();
      await noneMarked(client.mark);
    }
  });

  test('nothing of hundreds of processes stays open', async () => {
    await using client = await server.connect();
    await client.initialize();
    await start(client, 'first', ['/bin/true']);
    await finish(client, 'first');
    const before = openDescriptors(server.pid);
    for (let round = 0; round < 5; round += 1) {
      const ids = Array.from({ length: 100 }, (_, at) => `${round}-${at}`);
      await Promise.all(ids.map((id) => start(client, id, ['/bin/true'], { pipeStdin: true })));
      await Promise.all(ids.map((id) => finish(client, id)));
    }
    await releasedDescriptors(server.pid, before);
  });
});

describe('the end of a server', () => {
  test.each(['ws', 'unix'] as const)(
    'over %s comes with SIGTERM, and with it the end of every child',
    async (carrier) => {
      await using server = await startServer(carrier === 'unix' ? { listen: 'unix' } : {});
      const [idle, busy, stalled] = await Promise.all([server.connect(), server.connect(), server.connect()]);
      await server.connect();
      for (const client of [idle, busy, stalled]) {
        await client.initialize({ signals: 1 });
        await startStubborn(client, 'stubborn');
      }
      await start(busy, 'yes', ['/usr/bin/yes']);
      await busy.nextEvent('process/output', 'yes');
      await start(stalled, 'yes', ['/usr/bin/yes']);
      stalled.pause();
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      for (const client of [idle, busy, stalled]) expect(markedProcesses(client.mark)).toEqual([]);
      expect(await idle.ended()).toEqual({ code: 1001, reason: 'the server is shutting down' });
      expect((await busy.ended()).code).toBe(1001);
      stalled.resume();
      await stalled.ended();
    },
  );

  test('comes with SIGINT as well', async () => {
    await using server = await startServer();
    const client = await server.connect();
    await client.initialize();
    await startStubborn(client, 'stubborn');
    expect(await server.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(markedProcesses(client.mark)).toEqual([]);
  });

  test('frees its port for the next one', async () => {
    const first = await startServer();
    const listen = first.url.replace(/\/\?.*$/, '');
    const client = await first.connect();
    await client.initialize();
    await first[Symbol.asyncDispose]();
    await using second = await startServer({ listen });
    expect(second.url.startsWith(`${listen}/?token=`)).toBe(true);
  });
});

describe('the end of a server on stdio', () => {
  test('comes with the end of its input, after that of every child', async () => {
    await using client = startStdio();
    await client.initialize();
    await startStubborn(client, 'p');
    client.end();
    expect(await client.ended()).toEqual({ code: 0, reason: '' });
    expect(markedProcesses(client.mark)).toEqual([]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'comes with %s, although its input stays open',
    async (signal) => {
      await using client = startStdio();
      await client.initialize();
      await startStubborn(client, 'p');
      process.kill(client.pid, signal);
      expect(await client.ended()).toEqual({ code: 0, reason: '' });
      expect(markedProcesses(client.mark)).toEqual([]);
    },
  );

  test.each(['the end of input', 'SIGTERM'])(
    'comes with %s, although nobody reads its output',
    async (what) => {
      await using client = startStdio();
      await client.initialize();
      client.pause();
      client.send({
        id: 'unread',
        method: 'process/start',
        params: startParams(client, 'p', ['/usr/bin/yes']),
      });
      await eventually(
        'a process whose output nobody reads',
        () => markedProcesses(client.mark).length === 1 || undefined,
      );
      if (what === 'SIGTERM') process.kill(client.pid, 'SIGTERM');
      else client.end();
      await noneMarked(client.mark);
      await eventually('the end of the server', () => (isAlive(client.pid) ? undefined : true));
    },
  );

  test('comes when its output is closed', async () => {
    await using client = startStdio();
    await client.initialize();
    await startStubborn(client, 'p');
    client.closeOutput();
    client.send({ id: 'void', method: 'environment/status' });
    expect(await client.ended()).toEqual({ code: 0, reason: '' });
    expect(markedProcesses(client.mark)).toEqual([]);
  });

  test('comes at once when there is no input', async () => {
    expect(await runHoldfast(['serve', '--listen', 'stdio'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('writes nothing but messages to its output', async () => {
    const messages = [
      { id: 1, method: 'initialize', params: { clientName: 'e2e' } },
      { method: 'initialized' },
      { id: 2, method: 'environment/status' },
    ];
    const { stdout, ...rest } = await runHoldfast(['serve', '--listen', 'stdio://', '--log-level', 'debug'], {
      input: messages.map((message) => `${JSON.stringify(message)}\n`).join(''),
    });
    expect(rest.code).toBe(0);
    expect(
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { id: number }).id),
    ).toEqual([1, 2]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
