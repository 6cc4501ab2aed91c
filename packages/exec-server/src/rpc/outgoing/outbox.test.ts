import { memoryTransportPair, OUTBOX_BYTES, type Transport } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { systemClock } from '../../clock.js';
import { type MessageSource, Outbox } from './outbox.js';

function sourceOf(...messages: string[]): MessageSource {
  return { take: () => messages.shift(), onSent: () => undefined };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function received(transport: Transport): string[] {
  const messages: string[] = [];
  transport.start({
    onMessage: (message) => messages.push(String(message)),
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  return messages;
}

test('sources take turns, one message each', async () => {
  const [near, far] = memoryTransportPair();
  const messages = received(far);
  const outbox = new Outbox(near, systemClock);
  outbox.add(sourceOf('a1', 'a2', 'a3'));
  outbox.add(sourceOf('b1', 'b2'));
  await turn();
  await turn();
  expect(messages).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('a full socket takes no further message until it has drained, and nothing is lost', async () => {
  const [near, far] = memoryTransportPair();
  const outbox = new Outbox(near, systemClock);
  near.start({ onMessage: () => undefined, onDrain: () => outbox.onDrain(), onClose: () => undefined });
  const big = 'x'.repeat(OUTBOX_BYTES / 2);
  const all = Array.from({ length: 6 }, (_, at) => `${String(at)}${big}`);
  outbox.add(sourceOf(...all));
  await turn();
  expect(near.bufferedBytes).toBeLessThan(OUTBOX_BYTES * 1.6);
  const messages = received(far);
  for (let at = 0; at < 10 && messages.length < all.length; at += 1) await turn();
  expect(messages).toEqual(all);
});

test('one byte of room is room for a message, and a socket at the limit gets none', async () => {
  const [near, far] = memoryTransportPair();
  const outbox = new Outbox(near, systemClock);
  outbox.add(sourceOf('x'.repeat(OUTBOX_BYTES - 1), 'y', 'z'));
  await turn();
  expect(near.bufferedBytes).toBe(OUTBOX_BYTES);
  near.start({ onMessage: () => undefined, onDrain: () => outbox.onDrain(), onClose: () => undefined });
  const messages = received(far);
  for (let at = 0; at < 10 && messages.length < 3; at += 1) await turn();
  expect(messages.map(({ length }) => length)).toEqual([OUTBOX_BYTES - 1, 1, 1]);
});

test('a source that has nothing for now is asked again when it says so', async () => {
  const [near, far] = memoryTransportPair();
  const messages = received(far);
  const outbox = new Outbox(near, systemClock);
  const waiting: string[] = [];
  const source: MessageSource = { take: () => waiting.shift(), onSent: () => undefined };
  outbox.add(source);
  await turn();
  waiting.push('later');
  outbox.add(source);
  await turn();
  await turn();
  expect(messages).toEqual(['later']);
});

test('a source hears of each message after it was sent', async () => {
  const [near] = memoryTransportPair();
  const sent: string[] = [];
  const outbox = new Outbox(near, systemClock);
  outbox.add({
    ...sourceOf('a', 'bc'),
    onSent: (message) => sent.push(`${message} ${String(near.bufferedBytes)}`),
  });
  await turn();
  expect(sent).toEqual(['a 1', 'bc 3']);
});

test('nothing is sent while it is held, and everything when that is over', async () => {
  const [near, far] = memoryTransportPair();
  const messages = received(far);
  let isHeld = true;
  const outbox = new Outbox(near, systemClock, () => isHeld);
  outbox.add(sourceOf('a', 'b'));
  await turn();
  await turn();
  expect(messages).toEqual([]);
  isHeld = false;
  outbox.onDrain();
  await turn();
  await turn();
  expect(messages).toEqual(['a', 'b']);
});
