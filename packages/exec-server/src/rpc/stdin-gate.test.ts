import { memoryTransportPair, STDIN_WAITING_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { StdinGate } from './stdin-gate.js';

test('a connection is not read while more stdin waits than the limit, and is read again after', async () => {
  const [near, far] = memoryTransportPair();
  const messages: string[] = [];
  near.start({
    onMessage: (message) => messages.push(String(message)),
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  const gate = new StdinGate(near, 10);
  let accept: (value: string) => void = () => undefined;
  const first = gate.pass(10, Promise.resolve('at the limit'));
  const second = gate.pass(
    1,
    new Promise<string>((resolve) => {
      accept = resolve;
    }),
  );
  const third = gate.pass(10, Promise.resolve('done'));
  far.send('behind the flood');
  await third;
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect(messages).toEqual(['behind the flood']);
  const fourth = gate.pass(10, new Promise<string>(() => undefined));
  far.send('held back');
  await new Promise((resolve) => setImmediate(resolve));
  expect(messages).toEqual(['behind the flood']);
  accept('accepted');
  expect(await second).toBe('accepted');
  await new Promise((resolve) => setImmediate(resolve));
  expect(messages).toEqual(['behind the flood', 'held back']);
  void fourth;
});

test('64 MiB may wait on a connection, and one byte more stops it', async () => {
  const [near, far] = memoryTransportPair();
  const messages: string[] = [];
  near.start({
    onMessage: (message) => messages.push(String(message)),
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  const gate = new StdinGate(near);
  const waiting = new Promise<void>(() => undefined);
  void gate.pass(STDIN_WAITING_BYTES, waiting);
  far.send('at the limit');
  await new Promise((resolve) => setImmediate(resolve));
  expect(messages).toEqual(['at the limit']);
  void gate.pass(1, waiting);
  far.send('beyond it');
  await new Promise((resolve) => setImmediate(resolve));
  expect(messages).toEqual(['at the limit']);
});

test('a failed write counts as settled', async () => {
  const [near] = memoryTransportPair();
  const gate = new StdinGate(near, 1);
  await expect(gate.pass(2, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
