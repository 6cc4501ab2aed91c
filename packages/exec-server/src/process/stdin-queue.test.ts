import { asWriteId, REMEMBERED_WRITES, STDIN_QUEUE_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { StdinQueue } from './stdin-queue.js';

/** What each write and end of input counts for beside its bytes. */
const ENTRY_BYTES = 512;

class SlowChild {
  readonly written: string[] = [];
  isEnded = false;
  ends = 0;
  #waiting: (() => void)[] = [];

  writeStdin(bytes: Uint8Array, done: () => void): void {
    this.written.push(Buffer.from(bytes).toString());
    this.#waiting.push(done);
  }

  endStdin(done: () => void): void {
    this.isEnded = true;
    this.ends += 1;
    this.#waiting.push(done);
  }

  readOne(): void {
    this.#waiting.shift()?.();
  }
}

function settledOrWaiting(promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([promise, new Promise((resolve) => setImmediate(resolve, 'waiting'))]);
}

test('writes reach the child in order, and a repeated id writes nothing again', async () => {
  const child = new SlowChild();
  const queue = new StdinQueue(child);
  const answers = [
    queue.write(asWriteId('1'), Buffer.from('one ')),
    queue.write(asWriteId('1'), Buffer.from('one again ')),
    queue.write(asWriteId('2'), Buffer.from('two')),
  ];
  expect(await Promise.all(answers)).toEqual(['accepted', 'accepted', 'accepted']);
  expect(child.written).toEqual(['one ', 'two']);
});

test('a write beyond the queue waits until the child has read, and so does its repeat', async () => {
  const child = new SlowChild();
  const queue = new StdinQueue(child, { limitBytes: 4 });
  expect(await queue.write(asWriteId('1'), Buffer.from('full'))).toBe('accepted');
  const second = queue.write(asWriteId('2'), Buffer.from('more'));
  const repeat = queue.write(asWriteId('2'), Buffer.from('more'));
  expect(await settledOrWaiting(second)).toBe('waiting');
  expect(await settledOrWaiting(repeat)).toBe('waiting');
  child.readOne();
  expect(await Promise.all([second, repeat])).toEqual(['accepted', 'accepted']);
  expect(child.written).toEqual(['full', 'more']);
});

test('one byte of room is room for a write, and a queue with none makes the next one wait', async () => {
  const child = new SlowChild();
  const queue = new StdinQueue(child);
  const almostAll = Buffer.alloc(STDIN_QUEUE_BYTES - ENTRY_BYTES - 1);
  expect(await queue.write(asWriteId('1'), almostAll)).toBe('accepted');
  expect(await queue.write(asWriteId('2'), Buffer.from('x'))).toBe('accepted');
  const third = queue.write(asWriteId('3'), Buffer.from('y'));
  expect(await settledOrWaiting(third)).toBe('waiting');
  child.readOne();
  expect(await third).toBe('accepted');
});

test('the end of stdin comes after everything that was written before it', async () => {
  const child = new SlowChild();
  const queue = new StdinQueue(child, { limitBytes: 4 });
  const writes = [
    queue.write(asWriteId('1'), Buffer.from('full')),
    queue.write(asWriteId('2'), Buffer.from('more')),
  ];
  expect(await queue.end()).toBe('accepted');
  expect(child.isEnded).toBe(false);
  child.readOne();
  await Promise.all(writes);
  expect(child.isEnded).toBe(true);
  expect(await queue.end()).toBe('stdinClosed');
  expect(await queue.write(asWriteId('3'), Buffer.from('late'))).toBe('stdinClosed');
});

test('a child that closes its stdin answers what waits, and what comes later', async () => {
  const child = new SlowChild();
  const queue = new StdinQueue(child, { limitBytes: 1 });
  await queue.write(asWriteId('1'), Buffer.from('x'));
  const waiting = queue.write(asWriteId('2'), Buffer.from('y'));
  queue.close();
  expect(await waiting).toBe('stdinClosed');
  expect(await queue.write(asWriteId('3'), Buffer.from('z'))).toBe('stdinClosed');
  expect(await queue.write(asWriteId('1'), Buffer.from('x'))).toBe('accepted');
});

test('after the process has ended a new write fails, while a repeat keeps its answer', async () => {
  const queue = new StdinQueue(new SlowChild());
  await queue.write(asWriteId('1'), Buffer.from('x'));
  queue.break();
  await expect(queue.write(asWriteId('2'), Buffer.from('y'))).rejects.toMatchObject({
    kind: 'stdinBroken',
    code: -32603,
  });
  expect(await queue.write(asWriteId('1'), Buffer.from('x'))).toBe('accepted');
});

test('the oldest write id is forgotten when more than the limit were remembered', async () => {
  const child = new SlowChild();
  const queue = new StdinQueue(child);
  for (let at = 0; at <= REMEMBERED_WRITES; at += 1)
    await queue.write(asWriteId(String(at)), Buffer.from('x'));
  const before = child.written.length;
  await queue.write(asWriteId('1'), Buffer.from('x'));
  expect(child.written).toHaveLength(before);
  await queue.write(asWriteId('0'), Buffer.from('x'));
  expect(child.written).toHaveLength(before + 1);
});

test('the end of input on a terminal keeps its place, and more may follow', async () => {
  const child = new SlowChild();
  const queue = new StdinQueue(child, { isTerminal: true, limitBytes: 4 });
  await queue.write(asWriteId('1'), Buffer.from('full'));
  const waiting = queue.write(asWriteId('2'), Buffer.from('more'));
  const end = queue.end();
  child.readOne();
  expect([await waiting, await settledOrWaiting(end), child.isEnded]).toEqual(['accepted', 'waiting', false]);
  child.readOne();
  expect([await end, child.isEnded]).toEqual(['accepted', true]);
  child.readOne();
  expect(await queue.write(asWriteId('3'), Buffer.from('again'))).toBe('accepted');
});

test.each<[string, (queue: StdinQueue, at: number) => Promise<unknown>]>([
  ['empty writes', (queue, at) => queue.write(asWriteId(String(at)), Buffer.alloc(0))],
  ['ends of input on a terminal', (queue) => queue.end()],
])('%s fill the queue as well: the next one waits until the child has read', async (_name, add) => {
  const child = new SlowChild();
  const queue = new StdinQueue(child, { isTerminal: true });
  const most = STDIN_QUEUE_BYTES / ENTRY_BYTES;
  const answers = new Set(await Promise.all(Array.from({ length: most }, (_, at) => add(queue, at))));
  const next = add(queue, most);
  expect([...answers, await settledOrWaiting(next), child.written.length + child.ends]).toEqual([
    'accepted',
    'waiting',
    most,
  ]);
  child.readOne();
  expect([await next, child.written.length + child.ends]).toEqual(['accepted', most + 1]);
});

test('an end of input that waits on a terminal is answered when the process ends', async () => {
  const queue = new StdinQueue(new SlowChild(), { isTerminal: true, limitBytes: 1 });
  await queue.write(asWriteId('1'), Buffer.from('x'));
  const end = queue.end();
  queue.break();
  expect(await end).toBe('stdinClosed');
});
