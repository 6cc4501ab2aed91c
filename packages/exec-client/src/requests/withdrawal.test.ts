import {
  fsOpen,
  httpRequest,
  MAX_CLIENT_REQUESTS_IN_FLIGHT,
  processStart,
  RESUME_RETRY_MS,
} from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import type { Client } from '../client.js';
import { createDeferred } from '../deferred.js';
import { FakeServer, SUMMARY } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { settle, until } from '../testing/until.js';

const LARGE = new Uint8Array(2_000_000);
const URL = 'http://somewhere.example/';

/** What a caller can ask for under a signal, though it has to know what became of what was sent. */
const ACTIONS = {
  'fs.writeFile': (client: Client, signal: AbortSignal) => client.fs.writeFile('/a', LARGE, { signal }),
  'fs.createWriteStream': (client: Client, signal: AbortSignal) =>
    client.fs.createWriteStream('/a', { signal }).getWriter().write(LARGE),
  'fs.open': (client: Client, signal: AbortSignal) => client.fs.open('/a', 'w', { signal }),
  fetch: (client: Client, signal: AbortSignal) => client.fetch(URL, { method: 'POST', body: 'x', signal }),
  exec: (client: Client, signal: AbortSignal) => client.exec(['touch', 'a'], { signal }),
  'exec without reject': (client: Client, signal: AbortSignal) =>
    client.exec(['touch', 'a'], { signal, reject: false }),
  spawn: (client: Client, signal: AbortSignal) => client.spawn(['touch', 'a'], { signal }).started,
  attach: (client: Client, signal: AbortSignal) => client.attach(SUMMARY.ref, { signal }).started,
} as const;

const enough = new Error('enough');

describe('what is aborted before it is sent fails with the reason and is never sent', () => {
  test.each(Object.entries(ACTIONS))('%s, while the link is lost', async (_, run) => {
    const server = new FakeServer();
    const clock = new ManualClock();
    await using client = await server.connect({ silenceMs: 0 }, clock);
    server.isDown = true;
    server.cut();
    await until(() => server.dials === 2);
    const stop = new AbortController();
    const asked = run(client, stop.signal);
    await settle();
    stop.abort(enough);
    await expect(asked).rejects.toBe(enough);
    expect(client.state).toBe('recovering');
    server.isDown = false;
    clock.advance(RESUME_RETRY_MS);
    await until(() => client.state === 'ready');
    await settle();
    expect(server.wire.filter((line) => line.startsWith('2 '))).toEqual([
      expect.stringContaining('initialize'),
      '2 initialized',
      expect.stringContaining('session/replay'),
    ]);
  });

  test.each(Object.entries(ACTIONS))('%s, behind too many others', async (_, run) => {
    const server = new FakeServer();
    await using client = await server.connect();
    const gate = createDeferred<undefined>();
    server.on(httpRequest, async () => {
      await gate.promise;
      return { status: 204, headers: [], bodyBase64: new Uint8Array(0) };
    });
    const others = Array.from({ length: MAX_CLIENT_REQUESTS_IN_FLIGHT / 2 }, () => client.fetch(URL));
    await until(() => server.asked.length >= others.length);
    await settle();
    const before = server.asked.length;
    const stop = new AbortController();
    const asked = run(client, stop.signal);
    await settle();
    stop.abort(enough);
    await expect(asked).rejects.toBe(enough);
    gate.resolve(undefined);
    await Promise.all(others);
    await settle();
    expect(server.asked.slice(before)).toEqual([]);
  });
});

test('what was sent before it is aborted is seen through, over a lost link too', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  const opened = createDeferred<undefined>();
  server.on(fsOpen, async ({ handleId }) => {
    await opened.promise;
    return { handleId };
  });
  const started = createDeferred<undefined>();
  server.on(processStart, async ({ processId }) => {
    await started.promise;
    return { processId };
  });
  const stop = new AbortController();
  const calls = [ACTIONS['fs.open'](client, stop.signal), ACTIONS.exec(client, stop.signal)];
  await until(() => server.asked.some(({ method }) => method === processStart.method));
  await until(() => server.asked.some(({ method }) => method === fsOpen.method));
  stop.abort(enough);
  for (const call of calls) await expect(call).rejects.toBe(enough);
  server.cut();
  await until(() => server.dials === 2 && client.state === 'ready');
  opened.resolve(undefined);
  started.resolve(undefined);
  await until(() => server.asked.some(({ method }) => method === 'fs/close'));
  await until(() => server.asked.some(({ method }) => method === 'process/terminate'));
});
