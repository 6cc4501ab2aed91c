import { ExecError, fsGetMetadata, fsWatchMissing, RESUME_RETRY_MS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { settle, until } from '../testing/until.js';

const WATCHES = fsWatchMissing.method;

test('a watch is set again on each connection, and is over once', async () => {
  const server = new FakeServer();
  server.on(fsWatchMissing, () => ({ watching: true }));
  await using client = await server.connect();
  const over = client.fs.watch(['/later'], { present: '/now' });
  await until(() => server.paramsOf(WATCHES).length === 1);
  server.cut();
  await until(() => server.paramsOf(WATCHES).length === 2);
  const [first, second] = server.paramsOf(WATCHES) as readonly { readonly watchId: number }[];
  expect(second).toEqual(first);
  expect(first).toMatchObject({ missing: ['file:///later'], present: 'file:///now' });
  server.send(JSON.stringify({ method: 'fs/missingChanged', params: { watchId: first?.watchId } }));
  await over;
});

test('a watch that is asked for without a link, or whose answer is lost with it, is asked for once', async () => {
  const server = new FakeServer();
  const watching = new Set<number>();
  // As servers do: an id that a watch of this connection has is refused.
  server.on(fsWatchMissing, ({ watchId }) => {
    const isNew = !watching.has(watchId);
    watching.add(watchId);
    return { watching: isNew };
  });
  server.on(fsGetMetadata, () => {
    throw new ExecError('fileNotFound', 'not there');
  });
  const clock = new ManualClock();
  await using client = await server.connect({}, clock);
  server.stall();
  const unanswered = client.fs.watch(['/first']);
  await settle();
  server.isDown = true;
  server.cut();
  await until(() => server.dials === 2);
  const unsent = client.fs.watch(['/second']);
  await settle();
  server.isDown = false;
  clock.advance(RESUME_RETRY_MS);
  await until(() => watching.size === 2);
  await settle();
  expect(server.paramsOf(WATCHES)).toHaveLength(2);
  for (const watchId of watching) {
    server.send(JSON.stringify({ method: 'fs/missingChanged', params: { watchId } }));
  }
  await Promise.all([unanswered, unsent]);
});

test('what happened without a link ends the watch, and what cannot be watched fails it', async () => {
  const server = new FakeServer();
  let exists = false;
  server.on(fsWatchMissing, () => ({ watching: false }));
  server.on(fsGetMetadata, () => {
    if (!exists) throw new ExecError('fileNotFound', 'not there');
    return {
      isDirectory: false,
      isFile: true,
      isSymlink: false,
      size: 0,
      createdAtMs: 0,
      modifiedAtMs: 0,
    };
  });
  await using client = await server.connect();
  await expect(client.fs.watch(['/later'])).rejects.toMatchObject({ kind: 'unsupported' });
  exists = true;
  await client.fs.watch(['/later']);
});

test('a watch ends with its session', async () => {
  const server = new FakeServer();
  server.on(fsWatchMissing, () => ({ watching: true }));
  const client = await server.connect();
  const over = client.fs.watch(['/later']);
  await until(() => server.paramsOf(WATCHES).length === 1);
  await client.close();
  await expect(over).rejects.toMatchObject({ kind: 'clientClosed' });
});

test('a watch that is given up serves whoever waits for the same next', async () => {
  const server = new FakeServer();
  server.on(fsWatchMissing, () => ({ watching: true }));
  await using client = await server.connect();
  for (let round = 0; round < 100; round += 1) {
    const waiting = client.fs.watch(['/later'], { signal: AbortSignal.abort() }).catch(() => 'given up');
    expect(await waiting).toBe('given up');
    const stop = new AbortController();
    const again = client.fs.watch(['/later'], { signal: stop.signal }).catch(() => 'given up');
    await until(() => server.paramsOf(WATCHES).length > 0);
    stop.abort();
    expect(await again).toBe('given up');
  }
  const [first, ...others] = server.paramsOf(WATCHES) as readonly { readonly watchId: number }[];
  expect(others).toEqual([]);
  const both = [client.fs.watch(['/later']), client.fs.watch(['/later'])];
  await settle();
  server.send(JSON.stringify({ method: 'fs/missingChanged', params: { watchId: first?.watchId } }));
  await Promise.all(both);
  const next = client.fs.watch(['/later']);
  await until(() => server.paramsOf(WATCHES).length === 2);
  const { watchId } = server.paramsOf(WATCHES)[1] as { readonly watchId: number };
  server.send(JSON.stringify({ method: 'fs/missingChanged', params: { watchId } }));
  await next;
});
