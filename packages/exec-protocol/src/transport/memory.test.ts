import { expect, test } from 'vitest';
import { memoryTransportPair } from './memory.js';
import type { Transport } from './transport.js';

function record(transport: Transport): { readonly heard: string[] } {
  const heard: string[] = [];
  transport.start({
    onMessage: (message) => heard.push(String(message)),
    onHeartbeat: (echo) => heard.push(echo === undefined ? 'ping' : `pong ${echo}`),
    onDrain: () => undefined,
    onClose: ({ code, reason }) => heard.push(`closed ${String(code)} ${reason}`),
  });
  return { heard };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('messages arrive in order and never inside send', async () => {
  const [left, right] = memoryTransportPair();
  const { heard } = record(right);
  left.send('a');
  left.send('b');
  expect(heard).toEqual([]);
  await turn();
  expect(heard).toEqual(['a', 'b']);
});

test('what was sent before the listener came, or while it paused, waits', async () => {
  const [left, right] = memoryTransportPair();
  left.send('early');
  const { heard } = record(right);
  right.pause();
  await turn();
  expect(heard).toEqual([]);
  expect(left.bufferedBytes).toBe(5);
  right.resume();
  await turn();
  expect(heard).toEqual(['early']);
});

test('close lets queued messages arrive first and tells both sides once', async () => {
  const [left, right] = memoryTransportPair();
  const near = record(left);
  const far = record(right);
  left.send('last');
  left.close('normal', 'done');
  left.send('too late');
  right.close('goingAway', 'again');
  await turn();
  expect([near.heard, far.heard]).toEqual([['closed 1000 done'], ['last', 'closed 1000 done']]);
});

test('destroy drops what was queued', async () => {
  const [left, right] = memoryTransportPair();
  const near = record(left);
  right.send('never read');
  left.destroy();
  await turn();
  expect(near.heard).toEqual(['closed 1006 destroyed']);
});

test('a pong comes when everything before its ping was taken, with the mark of the ping', async () => {
  const [left, right] = memoryTransportPair();
  const near = record(left);
  const far = record(right);
  right.pause();
  left.send('a');
  expect(left.ping('first')).toBe(true);
  await turn();
  expect(near.heard).toEqual([]);
  right.resume();
  await turn();
  expect([near.heard, far.heard]).toEqual([['pong first'], ['a', 'ping']]);
});
