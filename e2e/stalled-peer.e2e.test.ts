import { connect, type StateChange } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { eventually, within } from './deadline.js';
import { startFaultProxy } from './fault-proxy.js';
import { startServer, type TestServer } from './harness.js';
import { dialWebSocket, type RawClient } from './raw-client.js';
import { start } from './runs.js';

/** Two seconds for a sign of life, one for the rest, and the slowness of machines. */
const TAKEOVER_LIMIT_MS = 10_000;

test('a link that stalls without a word is given up for another, and nothing is lost or doubled', async () => {
  await using server = await startServer({ sessionTtl: '80s' });
  await using proxy = await startFaultProxy(server.url);
  await using client = await connect(proxy.url, { silenceMs: 900 });
  const changes: StateChange[] = [];
  client.on('state', (change) => changes.push(change));
  const counter = client.spawn([
    'sh',
    '-c',
    'n=0; while [ $n -lt 100 ]; do n=$((n+1)); echo $n; sleep 0.02; done',
  ]);
  const lines: string[] = [];
  for await (const line of counter.lines()) {
    lines.push(line);
    // From here on neither end hears of the other, and neither is told.
    if (lines.length === 10) proxy.inject({ kind: 'stall' });
  }
  expect(lines).toEqual(Array.from({ length: 100 }, (_, at) => String(at + 1)));
  expect(changes.map(({ state }) => state)).toEqual(['recovering', 'ready']);
  expect(changes.at(-1)?.recovery).toMatchObject({ gaps: 0, lostProcesses: 0 });
  // The server was asked for the session while it still held the stalled connection, and has let go of that one since.
  expect(changes.at(-1)?.recovery?.attempts).toBeGreaterThan(1);
});

test('a half-open predecessor holds its session until it owes a sign of life; a live one keeps it', async () => {
  await using server = await startServer({ sessionTtl: '80s' });
  await using proxy = await startFaultProxy(server.url);
  const stalled = await dialWebSocket(proxy.url);
  await using live = await server.connect();
  const [lost, held] = [await sessionOf(stalled), await sessionOf(live)];
  await start(stalled, 'p', ['/bin/cat'], { pipeStdin: true });
  proxy.inject({ kind: 'stall' });
  const refused = await Promise.all([resume(server, lost), resume(server, held)]);
  expect(refused).toEqual(['sessionBusy', 'sessionBusy']);
  await using successor = await within(
    'a resume behind a half-open connection',
    eventually('a resume', async () => {
      const outcome = await resume(server, lost);
      return typeof outcome === 'string' ? undefined : outcome;
    }),
    TAKEOVER_LIMIT_MS,
  );
  expect(await successor.request('process/terminate', { processId: 'p' })).toEqual({
    result: { running: true },
  });
  expect(await resume(server, held)).toBe('sessionBusy');
  expect(await live.request('environment/status')).toEqual({ result: { status: 'ready' } });
  // What the server has dropped is gone as soon as the stall is.
  proxy.inject({ kind: 'pass' });
  await stalled.ended();
});

async function sessionOf(client: RawClient): Promise<string> {
  const { result } = await client.initialize({ signals: 1 });
  return (result as { readonly sessionId: string }).sessionId;
}

/** Asks for a session on a connection of its own. @returns the client that has it, or why it was refused. */
async function resume(server: TestServer, resumeSessionId: string): Promise<RawClient | string> {
  const client = await server.connect();
  const { result, error } = await client.request('initialize', { clientName: 'e2e', resumeSessionId });
  if (error === undefined) {
    expect(result).toMatchObject({ sessionId: resumeSessionId });
    client.notify('initialized', {});
    return client;
  }
  await client[Symbol.asyncDispose]();
  return (error.data as { readonly kind: string }).kind;
}
