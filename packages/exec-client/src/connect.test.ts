import { memoryTransportPair } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { connect } from './connect.js';
import { openSession } from './open-session.js';
import { FakeServer } from './testing/fake-server.js';
import { ManualClock } from './testing/manual-clock.js';
import { settle, until } from './testing/until.js';

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
  const opened = openSession(() => Promise.resolve(mine), { initializeTimeoutMs: 300 }, clock);
  await until(() => clock.pending === 1);
  clock.advance(300);
  await expect(opened).rejects.toMatchObject({
    kind: 'connectFailed',
    message: 'memory:left did not answer initialize within 300 ms; is it an exec server?',
  });
  await settle();
  expect({ isEnded, timers: clock.pending }).toEqual({ isEnded: true, timers: 0 });
});

test.each([
  [null, 'options is null; give an object, or leave it out'],
  [{ signal: new AbortController() }, 'signal is an object; give the signal of an AbortController'],
  [{ clientName: 7 }, 'clientName is 7; give a string'],
  [{ token: ['secret'] }, 'token is an array; give a string'],
  [{ headers: { a: 1 } }, 'headers is an object; give an object of names and strings'],
  [{ connectTimeoutMs: 'secret' }, 'connectTimeoutMs is a string; give a number of milliseconds from 0 on'],
  [{ connectTimeoutMs: Number.NaN }, 'connectTimeoutMs is NaN; give a number of milliseconds from 0 on'],
  [{ initializeTimeoutMs: -1 }, 'initializeTimeoutMs is -1; give a number of milliseconds from 0 on'],
  [{ extensions: ['flow'] }, 'extensions is an array; give an object of names and versions from 1 on'],
  [{ extensions: { flow: 0 } }, 'extensions is an object; give an object of names and versions from 1 on'],
])('code without types is told what is wrong with the options %j', async (options, message) => {
  await expect(connect('ws://127.0.0.1:1/', options as object)).rejects.toMatchObject({
    name: 'ExecError',
    kind: 'invalidParams',
    message: `connect: ${message}`,
  });
});

test('a target that is no target is a failed connect, and no TypeError', async () => {
  const nothing = undefined as unknown as string;
  await expect(connect(nothing)).rejects.toMatchObject({ name: 'ExecError', kind: 'connectFailed' });
});

test('a connection that ends during the handshake is a failed connect', async () => {
  const [mine, theirs] = memoryTransportPair();
  const opened = openSession(() => Promise.resolve(mine));
  theirs.destroy();
  await expect(opened).rejects.toMatchObject({ kind: 'connectFailed' });
});

test('a signal ends connect with its reason, and does nothing to a client that is connected', async () => {
  const stop = new AbortController();
  const [mine] = memoryTransportPair();
  const opened = openSession(() => Promise.resolve(mine), { signal: stop.signal });
  await using client = await new FakeServer().connect({ signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(opened).rejects.toThrow('enough');
  await expect(connect('ws://127.0.0.1:1/', { signal: stop.signal })).rejects.toThrow('enough');
  await client.spawn(['x']).started;
});
