import { memoryTransportPair } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { connect, openClient } from './connect.js';
import { FakeServer } from './testing/fake-server.js';
import { ManualClock } from './testing/manual-clock.js';
import { settle } from './testing/until.js';

test('a server that does not answer initialize is given up, and its connection ended', async () => {
  const clock = new ManualClock();
  const [mine, theirs] = memoryTransportPair();
  let isEnded = false;
  theirs.start({
    onMessage: () => undefined,
    onDrain: () => undefined,
    onClose: () => {
      isEnded = true;
    },
  });
  const opened = openClient(mine, { initializeTimeoutMs: 300 }, clock);
  clock.advance(300);
  await expect(opened).rejects.toMatchObject({
    kind: 'connectFailed',
    message: 'memory:left did not answer initialize within 300 ms; is it an exec server?',
  });
  await settle();
  expect({ isEnded, timers: clock.pending }).toEqual({ isEnded: true, timers: 0 });
});

test('a connection that ends during the handshake is a failed connect', async () => {
  const [mine, theirs] = memoryTransportPair();
  const opened = openClient(mine);
  theirs.destroy();
  await expect(opened).rejects.toMatchObject({ kind: 'connectFailed' });
});

test('a signal ends connect with its reason, and does nothing to a client that is connected', async () => {
  const stop = new AbortController();
  const [mine] = memoryTransportPair();
  const opened = openClient(mine, { signal: stop.signal });
  await using client = await new FakeServer().connect({ signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(opened).rejects.toThrow('enough');
  await expect(connect('ws://127.0.0.1:1/', { signal: stop.signal })).rejects.toThrow('enough');
  await client.spawn(['x']).started;
});
