import { memoryTransportPair, OUTBOX_BYTES, type Transport } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { type MessageSource, Outbox } from './outbox.js';

function sourceOf(...messages: string[]): MessageSource {
  return { take: () => messages.shift() };
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
  const outbox = new Outbox(near);
  outbox.add(sourceOf('a1', 'a2', 'a3'));
  outbox.add(sourceOf('b1', 'b2'));
  await turn();
  await turn();
  expect(messages).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('a full socket takes no further message until it has drained, and nothing is lost', async () => {
  const [near, far] = memoryTransportPair();
  const outbox = new Outbox(near);
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

test('a source that has nothing for now is asked again when it says so', async () => {
  const [near, far] = memoryTransportPair();
  const messages = received(far);
  const outbox = new Outbox(near);
  const waiting: string[] = [];
  const source: MessageSource = { take: () => waiting.shift() };
  outbox.add(source);
  await turn();
  waiting.push('later');
  outbox.add(source);
  await turn();
  await turn();
  expect(messages).toEqual(['later']);
});
