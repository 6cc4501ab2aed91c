import { MAX_WINDOW_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { EventLog } from './event-log.js';
import { PushCursor } from './push-cursor.js';

function owner(log: EventLog, windowBytes: number | undefined): PushCursor {
  return new PushCursor(log, { windowBytes, isOwner: true });
}

// Keeps nothing that was delivered, so what is left shows what was not.
function logOf(...texts: readonly string[]): EventLog {
  const log = new EventLog({ aheadBytes: 100, retainedBytes: 0 });
  // Alternating streams keep the pieces apart.
  texts.forEach((text, at) => {
    log.appendOutput(at % 2 === 0 ? 'stdout' : 'stderr', Buffer.from(text));
  });
  return log;
}

function takeAll(cursor: PushCursor): (number | string)[] {
  const taken: (number | string)[] = [];
  for (let event = cursor.take(); event !== undefined; event = cursor.take()) {
    taken.push(
      event.type === 'gap'
        ? `${String(event.fromSeq)}-${String(event.toSeq)}: ${String(event.bytes)}`
        : event.seq,
    );
  }
  return taken;
}

test('without windows everything goes at once and counts as delivered', () => {
  const log = logOf('12345', '12345');
  log.appendExited(0, null);
  log.appendClosed();
  const cursor = owner(log, undefined);
  expect(takeAll(cursor)).toEqual([1, 2, 3, 4]);
  expect(log.aheadBytes).toBe(0);
});

test('a window lets output go until it is used up, and only an acknowledgement counts as delivery', () => {
  const log = logOf('12345', '12345', '12345', '12345');
  const cursor = owner(log, 8);
  expect(takeAll(cursor)).toEqual([1, 2]);
  expect([log.firstSeq, log.aheadBytes]).toEqual([1, 10]);
  cursor.acknowledge(1, 8);
  expect(log.firstSeq).toBe(2);
  expect(takeAll(cursor)).toEqual([3]);
});

test('exit and close overtake output that the window holds back, and are told once', () => {
  const log = logOf('12345', '12345', '12345');
  log.appendExited(0, null);
  const cursor = owner(log, 5);
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
  const cursor = owner(log, 0);
  expect(takeAll(cursor)).toEqual([3, 4]);
  expect(log.aheadBytes).toBe(0);
});

test('a window that opens later starts with the output of then', () => {
  const log = logOf('early');
  const cursor = owner(log, 0);
  expect(takeAll(cursor)).toEqual([]);
  cursor.acknowledge(0, 100);
  log.appendOutput('stderr', Buffer.from('later'));
  expect(takeAll(cursor)).toEqual([2]);
});

test('an acknowledgement of more than was pushed counts for what was pushed', () => {
  const log = logOf('12345', '12345', '12345');
  const cursor = owner(log, 5);
  expect(takeAll(cursor)).toEqual([1]);
  cursor.acknowledge(99, 5);
  expect(log.firstSeq).toBe(2);
  expect(takeAll(cursor)).toEqual([2]);
});

test('closing a window settles what was pushed before it only when that is acknowledged', () => {
  const log = logOf('12345', '12345');
  const cursor = owner(log, 5);
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
  const cursor = owner(log, MAX_WINDOW_BYTES * 100);
  takeAll(cursor);
  expect(log.aheadBytes).toBeGreaterThan(900_000);
});

test('a viewer that was overtaken gets the gap, with its size, and then what is left', () => {
  const log = logOf('12345', '123', '12', '1');
  const lagging = new PushCursor(log, { windowBytes: undefined, isOwner: false });
  expect(lagging.take()).toMatchObject({ seq: 1 });
  takeAll(owner(log, undefined));
  log.appendOutput('stdout', Buffer.from('end'));
  log.appendExited(0, null);
  expect(takeAll(lagging)).toEqual(['2-4: 6', 5, 6]);
});

test('a viewer holds nothing in the log and moves nothing of the owner', () => {
  const log = logOf('12345', '12345');
  expect(takeAll(new PushCursor(log, { windowBytes: undefined, isOwner: false }))).toEqual([1, 2]);
  expect([log.firstSeq, log.aheadBytes]).toEqual([1, 10]);
});

test('a viewer begins where it asks, and at the end where that is beyond everything', () => {
  const log = logOf('12345', '12345', '12345');
  expect(takeAll(new PushCursor(log, { windowBytes: undefined, afterSeq: 1, isOwner: false }))).toEqual([
    2, 3,
  ]);
  const beyond = new PushCursor(log, { windowBytes: undefined, afterSeq: 99, isOwner: false });
  expect(takeAll(beyond)).toEqual([]);
  log.appendOutput('stderr', Buffer.from('new'));
  expect(takeAll(beyond)).toEqual([4]);
});

test('a viewer who wants no output is told of no gap in it', () => {
  const log = logOf('12345', '12345');
  takeAll(owner(log, undefined));
  log.appendExited(0, null);
  log.appendClosed();
  expect(takeAll(new PushCursor(log, { windowBytes: 0, isOwner: false }))).toEqual([3, 4]);
});
