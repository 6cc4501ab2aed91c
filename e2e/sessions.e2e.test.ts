import { createHash, randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './deadline.js';
import { startServer, startStdio, type TestServer, temporaryDirectory } from './harness.js';
import { markedProcesses, noneMarked, openDescriptors } from './process-table.js';
import type { RawClient } from './raw-client.js';
import { LegacyClient } from './recovery/legacy-client.js';
import { cut, openSession, reconnect } from './recovery/reconnect.js';
import { ReplayClient } from './recovery/replay-client.js';
import { base64, failure, start, startParams, startScript } from './runs.js';

/** Many programs start here, and machines differ. */
const LIMIT_MS = 120_000;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe.each(['ws', 'unix'] as const)('sessions over %s', (carrier) => {
  let server: TestServer;
  const connect = (): Promise<RawClient> => server.connect();

  beforeAll(async () => {
    server = await startServer({
      sessionTtl: '60s',
      ...(carrier === 'unix' ? { listen: 'unix' } : {}),
    });
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test('a process outlives the connection that it was started over, and goes on where its client was', async () => {
    const client = await ReplayClient.open(connect);
    await client.start(
      startParams(client.wire, 'p', ['/bin/sh', '-c', 'echo one; read x; echo "$x"; exit 3'], {
        pipeStdin: true,
      }),
    );
    const p = client.process('p');
    await eventually('the first line', () => p.output.length > 0 || undefined);
    for (let round = 0; round < 5; round += 1) {
      await client.cut();
      await client.resume();
    }
    await client.request('process/write', { processId: 'p', writeId: '1', chunk: base64('two\n') });
    await eventually('the end', () => p.isClosed || undefined);
    expect([p.output.toString(), p.exitCode]).toEqual(['one\ntwo\n', 3]);
    expect(await client.request('session/close', {})).toEqual({ result: { processes: 0 } });
    client.wire.end();
  });

  test('whatever is cut off in the middle comes whole, in order and once', {
    timeout: LIMIT_MS,
  }, async () => {
    const client = await ReplayClient.open(connect);
    const script =
      'i=0; while [ $i -lt 40 ]; do i=$((i+1)); head -c 150000 /dev/urandom | tee -a "$0"; done; exit 9';
    await using directory = await temporaryDirectory();
    const copy = join(directory.path, 'copy');
    await client.start(startParams(client.wire, 'p', ['/bin/sh', '-c', script, copy]));
    const p = client.process('p');
    for (let round = 0; round < 12; round += 1) {
      const before = p.output.length;
      await eventually('more output', () => p.isClosed || p.output.length > before || undefined);
      await client.cut();
      await client.resume();
    }
    await eventually('the end', () => p.isClosed || undefined);
    await eventually('all output', () => p.output.length === 6_000_000 || undefined);
    expect([p.exitCode, sha256(p.output)]).toEqual([9, sha256(readFileSync(copy))]);
    await client.request('session/close', {});
    client.wire.end();
  });

  test('starts and writes are carried out once, however often they have to be sent', {
    timeout: LIMIT_MS,
  }, async () => {
    await using directory = await temporaryDirectory();
    const client = await ReplayClient.open(connect);
    const runs = join(directory.path, 'runs');
    const params = startParams(client.wire, 'p', ['/bin/sh', '-c', 'echo run >> "$0"; exec cat', runs], {
      pipeStdin: true,
    });
    const answers = [client.start(params)];
    await client.cut();
    await client.resume();
    const lines: string[] = [];
    for (let round = 0; round < 40; round += 1) {
      for (let count = randomInt(1, 6); count > 0; count -= 1) {
        const line = `${String(lines.length)} ${'x'.repeat(randomInt(2000))}\n`;
        const writeId = String(lines.push(line));
        answers.push(client.request('process/write', { processId: 'p', writeId, chunk: base64(line) }));
      }
      if (round % 3 === 0) await answers.at(-1);
      await client.cut();
      await client.resume();
    }
    answers.push(client.request('process/closeStdin', { processId: 'p' }));
    const kinds = new Set((await Promise.all(answers)).map((answer) => JSON.stringify(answer)));
    const p = client.process('p');
    await eventually('the end', () => p.isClosed || undefined);
    await eventually('all output', () => p.output.length === lines.join('').length || undefined);
    expect([p.output.toString(), p.exitCode, readFileSync(runs, 'utf8')]).toEqual([
      lines.join(''),
      0,
      'run\n',
    ]);
    expect(kinds).toEqual(
      new Set(['{"result":{"processId":"p","sandboxType":"none"}}', '{"result":{"status":"accepted"}}']),
    );
    await client.request('session/close', {});
    client.wire.end();
  });

  test('a client of the base wire finds 20 MiB and more than 1,000 events that were printed while it was away', {
    timeout: LIMIT_MS,
  }, async () => {
    await using directory = await temporaryDirectory();
    const [go, done, copy] = ['go', 'done', 'copy'].map((name) => join(directory.path, name)) as [
      string,
      string,
      string,
    ];
    const client = await LegacyClient.open(connect);
    const script = [
      'echo before',
      `until [ -e ${go} ]; do sleep 0.02; done`,
      'i=0; while [ $i -lt 1500 ]; do i=$((i+1)); echo "out $i"; echo "err $i" >&2; done',
      `head -c 31457280 /dev/urandom | tee ${copy}`,
      `: > ${done}`,
      'exit 7',
    ];
    const p = await client.start(startParams(client.wire, 'p', ['/bin/sh', '-c', script.join('\n')]));
    await eventually('the first line', () => p.publishedSeq > 0 || undefined);
    await client.cut();
    writeFileSync(go, '');
    await eventually('everything to be printed', () => existsSync(done) || undefined, LIMIT_MS);
    await client.resume();
    await eventually('the end', () => p.exitCode, LIMIT_MS);
    expect(p.published.length).toBeGreaterThan(1000);
    expect(p.published.map(({ seq }) => seq)).toEqual(p.published.map((_, at) => at + 1));
    const numbered = (word: string): string =>
      Array.from({ length: 1500 }, (_, at) => `${word} ${at + 1}\n`).join('');
    expect([p.exitCode, sha256(p.outputOf('stdout')), p.outputOf('stderr').toString()]).toEqual([
      7,
      sha256(Buffer.concat([Buffer.from(`before\n${numbered('out')}`), readFileSync(copy)])),
      numbered('err'),
    ]);
  });

  test('such a client loses nothing of what was under way to it when its link was cut', {
    timeout: LIMIT_MS,
  }, async () => {
    const client = await LegacyClient.open(connect);
    const p = await client.start(startParams(client.wire, 'p', ['/bin/sh', '-c', 'seq 1 2000000; exit 4']));
    for (let round = 0; round < 8; round += 1) {
      const before = p.publishedSeq;
      await eventually('more events', () => p.exitCode !== undefined || p.publishedSeq > before || undefined);
      await client.cut();
      await client.resume();
    }
    await eventually('the end', () => p.exitCode, LIMIT_MS);
    expect(sha256(p.output)).toBe(
      sha256(Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => `${at + 1}\n`).join(''))),
    );
    expect([p.exitCode, p.published.map(({ seq }) => seq).at(-1)]).toEqual([4, p.published.length]);
  });

  test('such a client that does not read gets everything again that is kept', async () => {
    const client = await server.connect();
    const sessionId = await openSession(client);
    await startScript(client, 'p', 'echo hello; sleep 60');
    await client.nextEvent('process/output', 'p');
    await cut(client);
    await using again = await reconnect(connect, sessionId);
    again.notify('initialized', {});
    expect(await again.nextEvent('process/output', 'p')).toMatchObject({
      params: { seq: 1, chunk: base64('hello\n') },
    });
    expect(await again.request('process/terminate', { processId: 'p' })).toEqual({
      result: { running: true },
    });
  });

  test('a session in use is busy, unless its client does not answer any more', async () => {
    const client = await server.connect();
    const sessionId = await openSession(client);
    await startScript(client, 'p', 'sleep 60');
    const initialize = { clientName: 'e2e', resumeSessionId: sessionId };
    const BUSY = failure(-32010, 'sessionBusy', /attached to another connection/);
    await using other = await server.connect();
    expect(await other.request('initialize', initialize)).toEqual(BUSY);
    // It answers pings, so it keeps what it has.
    expect(await client.request('environment/status')).toEqual({ result: { status: 'ready' } });
    client.pause();
    const again = await reconnect(connect, sessionId);
    again.notify('initialized', {});
    expect(await again.request('process/read', { processId: 'p' })).toMatchObject({
      result: { exited: false },
    });
    client.resume();
    expect((await client.ended()).code).toBe(1006);
    expect(await again.request('process/terminate', { processId: 'p' })).toEqual({
      result: { running: true },
    });
    again.end();
  });

  test('a session that was closed does not come back', async () => {
    await using client = await server.connect();
    const { result } = await client.initialize({ session: 1 });
    expect(await client.request('session/close')).toEqual({ result: { processes: 0 } });
    const { sessionId } = result as { readonly sessionId: string };
    await using other = await server.connect();
    expect(await other.request('initialize', { clientName: 'e2e', resumeSessionId: sessionId })).toEqual(
      failure(-32600, 'sessionUnknown', /unknown session id/),
    );
  });
});

describe('the lives of sessions and connections', () => {
  test('nobody comes back: the session ends, and its processes with it', async () => {
    await using server = await startServer({ sessionTtl: '100ms' });
    const client = await server.connect();
    const sessionId = await openSession(client);
    await startScript(client, 'p', 'sleep 60 & sleep 60');
    expect(markedProcesses(client.mark).length).toBeGreaterThan(0);
    await cut(client);
    await noneMarked(client.mark);
    await using other = await server.connect();
    expect(await other.request('initialize', { clientName: 'e2e', resumeSessionId: sessionId })).toEqual(
      failure(-32600, 'sessionUnknown', /unknown session id/),
    );
  });

  test('a closed process is forgotten after its time', async () => {
    await using server = await startServer({ args: ['--process-ttl', '50ms'] });
    await using client = await server.connect();
    await client.initialize();
    await start(client, 'p', ['/bin/true']);
    await client.nextEvent('process/closed', 'p');
    const reason = await eventually('the end of its time', async () => {
      const { error } = await client.request('process/read', { processId: 'p' });
      return error?.data;
    });
    expect(reason).toEqual({ kind: 'processUnknown' });
  });

  test('a client that is silent for too long loses its connection, and finds its session', async () => {
    await using server = await startServer({ sessionTtl: '60s', args: ['--silence-timeout', '2s'] });
    const before = openDescriptors(server.pid);
    const client = await server.connect();
    const sessionId = await openSession(client);
    // One that answers pings is not silent.
    await startScript(client, 'p', 'sleep 5; echo slept; sleep 60');
    await client.nextEvent('process/output', 'p');
    client.pause();
    await eventually(
      'the end of the connection',
      () => openDescriptors(server.pid) <= before + 4 || undefined,
    );
    await using again = await reconnect(() => server.connect(), sessionId);
    again.notify('initialized', {});
    expect(await again.request('process/read', { processId: 'p' })).toMatchObject({ result: { nextSeq: 2 } });
    await again.request('process/terminate', { processId: 'p' });
    client.resume();
    await client.ended();
  });

  test('a session on stdio ends with its input', async () => {
    await using client = startStdio();
    const answer = await client.request('initialize', {
      clientName: 'e2e',
      clientInstance: 'e2e',
      extensions: { replay: 1, session: 1 },
    });
    expect(answer.result).toMatchObject({ extensions: { session: 1 } });
    client.notify('initialized', {});
    expect(await client.request('session/replay', { cursors: [] })).toMatchObject({
      error: { code: -32601 },
    });
    await startScript(client, 'p', 'sleep 60');
  });
});

test('1,000 processes are there again after one resume', { timeout: LIMIT_MS }, async () => {
  await using server = await startServer({ sessionTtl: '60s' });
  const client = await ReplayClient.open(() => server.connect());
  const ids = Array.from({ length: 1000 }, (_, at) => `p${String(at)}`);
  // Some at a time, so that each answer has its own time on a busy machine.
  for (let at = 0; at < ids.length; at += 100) {
    const started = ids.slice(at, at + 100).map((id) =>
      client.start(
        startParams(client.wire, id, ['/bin/sh', '-c', 'read x; echo "$0"; exec sleep 100', id], {
          pipeStdin: true,
        }),
      ),
    );
    await Promise.all(started);
  }
  for (const id of ids)
    void client.request('process/write', { processId: id, writeId: '1', chunk: base64('\n') });
  await client.cut();
  await client.resume();
  await eventually(
    'all output',
    () => ids.every((id) => client.process(id).output.length > 0) || undefined,
    LIMIT_MS,
  );
  expect(ids.map((id) => client.process(id).output.toString())).toEqual(ids.map((id) => `${id}\n`));
  expect(await client.request('session/close', {})).toEqual({ result: { processes: 1000 } });
  client.wire.end();
});
