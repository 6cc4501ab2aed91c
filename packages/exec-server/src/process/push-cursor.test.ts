import { MAX_WINDOW_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { EventLog } from './event-log.js';
import { PushCursor } from './push-cursor.js';

// Keeps nothing that was delivered, so what is left shows what was not.
function logOf(...texts: readonly string[]): EventLog {
  const log = new EventLog({ aheadBytes: 100, retainedBytes: 0 });
  // Alternating streams keep the pieces apart.
  texts.forEach((text, at) => {
    log.appendOutput(at % 2 === 0 ? 'stdout' : 'stderr', Buffer.from(text));
  });
  return log;
}

function takeAll(cursor: PushCursor): number[] {
  const seqs: number[] = [];
  for (let event = cursor.take(); event !== undefined; event = cursor.take()) seqs.push(event.seq);
  return seqs;
}

test('without windows everything goes at once and counts as delivered', () => {
  const log = logOf('12345', '12345');
  log.appendExited(0, null);
  log.appendClosed();
  const cursor = new PushCursor(log, undefined);
  expect(takeAll(cursor)).toEqual([1, 2, 3, 4]);
  expect(log.aheadBytes).toBe(0);
});

test('a window lets output go until it is used up, and only an acknowledgement counts as delivery', () => {
  const log = logOf('12345', '12345', '12345', '12345');
  const cursor = new PushCursor(log, 8);
  expect(takeAll(cursor)).toEqual([1, 2]);
  expect([log.firstSeq, log.aheadBytes]).toEqual([1, 10]);
  cursor.acknowledge(1, 8);
  expect(log.firstSeq).toBe(2);
  expect(takeAll(cursor)).toEqual([3]);
});

test('exit and close overtake output that the window holds back, and are told once', () => {
  const log = logOf('12345', '12345', '12345');
  log.appendExited(0, null);
  const cursor = new PushCursor(log, 5);
  expect(takeAll(cursor)).toEqual([1, 4]);
  log.appendClosed();
  expect([takeAll(cursor), cursor.isDone]).toEqual([[5], false]);
  cursor.acknowledge(1, 100);
  expect([takeAll(cursor), cursor.isDone]).toEqual([[2, 3], true]);
});

test('a window of 0 passes over output, so that a child whose output nobody wants is never stopped', () => {
  const log = logOf('12345', '12345');
  log.appendExited(7, null);
  log.appendClosed();
  const cursor = new PushCursor(log, 0);
  expect(takeAll(cursor)).toEqual([3, 4]);
  expect(log.aheadBytes).toBe(0);
});

test('a window that opens later starts with the output of then', () => {
  const log = logOf('early');
  const cursor = new PushCursor(log, 0);
  expect(takeAll(cursor)).toEqual([]);
  cursor.acknowledge(0, 100);
  log.appendOutput('stderr', Buffer.from('later'));
  expect(takeAll(cursor)).toEqual([2]);
});

test('an acknowledgement of more than was pushed counts for what was pushed', () => {
  const log = logOf('12345', '12345', '12345');
  const cursor = new PushCursor(log, 5);
  expect(takeAll(cursor)).toEqual([1]);
  cursor.acknowledge(99, 5);
  expect(log.firstSeq).toBe(2);
  expect(takeAll(cursor)).toEqual([2]);
});

test('closing a window settles what was pushed before it only when that is acknowledged', () => {
  const log = logOf('12345', '12345');
  const cursor = new PushCursor(log, 5);
  expect(takeAll(cursor)).toEqual([1]);
  cursor.acknowledge(0, 0);
  expect(takeAll(cursor)).toEqual([]);
  expect([log.firstSeq, log.aheadBytes]).toEqual([1, 0]);
  cursor.acknowledge(1, 0);
  expect(log.firstSeq).toBe(3);
});

test('a window beyond the limit of the server is honoured as far as the limit', () => {
  const log = new EventLog({ aheadBytes: MAX_WINDOW_BYTES * 2 });
  log.appendOutput('stdout', new Uint8Array(MAX_WINDOW_BYTES + 1_000_000));
  const cursor = new PushCursor(log, MAX_WINDOW_BYTES * 100);
  takeAll(cursor);
  expect(log.aheadBytes).toBeGreaterThan(900_000);
});
