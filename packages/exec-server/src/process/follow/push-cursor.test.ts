import { MAX_WINDOW_BYTES } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { EventLog } from '../log/event-log.js';
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

test('a window that opens between what tells the end of a process loses none of it', () => {
  const log = endOf(logOf('early'));
  const cursor = owner(log, 0);
  expect(cursor.take()).toMatchObject({ type: 'exited', seq: 2 });
  cursor.acknowledge(0, 100);
  expect([takeAll(cursor), cursor.isDone]).toEqual([[3], true]);
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
  log.appendOutput('stdout', new Uint8Array(MAX_WINDOW_BYTES - 1));
  log.appendOutput('stderr', Buffer.from('the'));
  log.appendOutput('stdout', Buffer.from('end'));
  const last = log.nextSeq - 1;
  const cursor = owner(log, MAX_WINDOW_BYTES * 100);
  expect(takeAll(cursor).at(-1)).toBe(last - 1);
  cursor.acknowledge(last - 2, MAX_WINDOW_BYTES * 100);
  expect(takeAll(cursor)).toEqual([last]);
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

/** A cursor whose events may be lost on their way. */
function unproven(log: EventLog, windowBytes: number | undefined, afterSeq = 0): PushCursor {
  return new PushCursor(log, { windowBytes, afterSeq, isOwner: true, needsProof: true });
}

function arrive(cursor: PushCursor): void {
  cursor.prove(cursor.mark());
}

function endOf(log: EventLog): EventLog {
  log.appendExited(0, null);
  log.appendClosed();
  return log;
}

describe('what may be lost on its way', () => {
  test('counts as delivered when it is proven to have arrived, up to where the proof goes', () => {
    const log = logOf('12345', '12345', '12345');
    const cursor = unproven(log, undefined);
    cursor.take();
    const mark = cursor.mark();
    takeAll(cursor);
    expect([log.firstSeq, log.aheadBytes]).toEqual([1, 0]);
    cursor.prove(mark);
    expect(log.firstSeq).toBe(2);
    arrive(cursor);
    expect(log.firstSeq).toBe(4);
  });

  test('a proof that comes late changes nothing', () => {
    const log = logOf('12345', '12345');
    const cursor = unproven(log, undefined);
    cursor.take();
    const late = cursor.mark();
    cursor.take();
    arrive(cursor);
    log.appendOutput('stdout', Buffer.from('more'));
    takeAll(cursor);
    cursor.prove(late);
    expect(log.firstSeq).toBe(3);
  });

  test('under a window only an acknowledgement counts, whatever has arrived', () => {
    const log = logOf('12345', '12345');
    const cursor = unproven(log, 100);
    takeAll(cursor);
    arrive(cursor);
    expect(log.firstSeq).toBe(1);
    cursor.acknowledge(1, 100);
    expect(log.firstSeq).toBe(2);
  });

  test.each([
    ['without windows', undefined],
    ['with a window', 100],
    ['with no interest in output', 0],
    ['with a window that is used up', 5],
  ])('a process is not done before its end has arrived, %s', (_name, windowBytes) => {
    const log = endOf(logOf('12345', '12345'));
    const cursor = unproven(log, windowBytes);
    takeAll(cursor);
    if (windowBytes !== undefined && windowBytes > 0) cursor.acknowledge(1, 100);
    takeAll(cursor);
    expect(cursor.isDone).toBe(false);
    arrive(cursor);
    expect(cursor.isDone).toBe(true);
  });

  test('what was passed over needs no proof', () => {
    const log = logOf('12345');
    const cursor = unproven(log, 0);
    takeAll(cursor);
    log.appendExited(0, null);
    expect(takeAll(cursor)).toEqual([2]);
    arrive(cursor);
    log.appendOutput('stdout', Buffer.from('late'));
    takeAll(cursor);
    expect(log.firstSeq).toBe(4);
  });
});

describe('a parked cursor', () => {
  test('gives nothing, keeps everything that has not arrived, and lets the log fill up', () => {
    const log = logOf('12345', '12345');
    const cursor = unproven(log, undefined);
    cursor.take();
    arrive(cursor);
    cursor.take();
    cursor.park();
    endOf(log);
    expect([takeAll(cursor), cursor.isDone, log.firstSeq]).toEqual([[], false, 2]);
    cursor.continueAt({ afterSeq: 1, windowBytes: undefined, hasArrived: true });
    expect(takeAll(cursor)).toEqual([2, 3, 4]);
  });

  test('with no interest in output passes over it, and tells how the process ended later', () => {
    const log = new EventLog({ aheadBytes: 100, retainedBytes: 10 });
    log.appendOutput('stdout', Buffer.from('12345'));
    const cursor = unproven(log, 0);
    takeAll(cursor);
    cursor.park();
    for (let turn = 0; turn < 100; turn += 1) log.appendOutput('stdout', new Uint8Array(10));
    endOf(log);
    expect([takeAll(cursor), log.aheadBytes, cursor.isDone]).toEqual([[], 0, false]);
    cursor.continueAt({ afterSeq: 1, windowBytes: 0, hasArrived: true });
    const { nextSeq } = log;
    expect([takeAll(cursor), cursor.isDone]).toEqual([[nextSeq - 2, nextSeq - 1], false]);
    arrive(cursor);
    expect(cursor.isDone).toBe(true);
  });

  test('that was told of the end ahead of output tells it again', () => {
    const log = endOf(logOf('12345', '12345'));
    const cursor = unproven(log, 5);
    expect(takeAll(cursor)).toEqual([1, 3, 4]);
    cursor.park();
    cursor.continueAt({ afterSeq: 1, windowBytes: 0, hasArrived: true });
    expect(takeAll(cursor)).toEqual([3, 4]);
  });

  test('tells of an exit that is not kept any more', () => {
    const log = logOf('12345');
    const cursor = unproven(log, 0);
    log.appendExited(7, null);
    takeAll(cursor);
    cursor.park();
    for (let turn = 0; turn < 100; turn += 1) log.appendOutput('stdout', new Uint8Array(10));
    expect(log.firstSeq).toBeGreaterThan(2);
    cursor.continueAt({ afterSeq: 1, windowBytes: 0, hasArrived: true });
    expect(takeAll(cursor)).toEqual([2]);
  });

  test('goes on as far back as the client needs, and no proof of before counts for what is sent again', () => {
    const log = new EventLog({ retainedBytes: 1_000 });
    for (const text of ['one', 'two'])
      log.appendOutput(text === 'one' ? 'stdout' : 'stderr', Buffer.from(text));
    endOf(log);
    const cursor = unproven(log, undefined);
    takeAll(cursor);
    const before = cursor.mark();
    cursor.park();
    cursor.continueAt({ afterSeq: 0, windowBytes: undefined, hasArrived: true });
    expect(takeAll(cursor)).toEqual([1, 2, 3, 4]);
    cursor.prove(before);
    expect(cursor.isDone).toBe(false);
    arrive(cursor);
    expect(cursor.isDone).toBe(true);
  });

  test('that goes on behind an answer keeps what the answer held until that has arrived', () => {
    const log = logOf('12345', '12345', '12345');
    const cursor = unproven(log, undefined);
    cursor.park();
    cursor.continueAt({ afterSeq: 2, windowBytes: undefined, hasArrived: false });
    expect([log.firstSeq, log.aheadBytes]).toEqual([1, 5]);
    expect(takeAll(cursor)).toEqual([3]);
    arrive(cursor);
    expect(log.firstSeq).toBe(4);
  });

  test('that goes on where the client is releases what had to wait for it', () => {
    const log = logOf('12345', '12345', '12345');
    const cursor = unproven(log, undefined);
    cursor.park();
    cursor.continueAt({ afterSeq: 3, windowBytes: 0, hasArrived: true });
    expect([log.firstSeq, log.aheadBytes]).toEqual([4, 0]);
  });

  test('that goes on with a window keeps what was not acknowledged, which takes no room in the window', () => {
    const log = logOf('12345', '12345', '12345');
    const cursor = unproven(log, 10);
    expect(takeAll(cursor)).toEqual([1, 2]);
    cursor.park();
    cursor.continueAt({ afterSeq: 2, windowBytes: 5, hasArrived: true });
    expect([takeAll(cursor), log.firstSeq]).toEqual([[3], 1]);
    cursor.acknowledge(2, 5);
    expect(log.firstSeq).toBe(3);
  });

  test('continues a client that uses windows for one that does not, and the other way round', () => {
    const log = logOf('12345', '12345', '12345');
    const cursor = unproven(log, 5);
    takeAll(cursor);
    cursor.park();
    cursor.continueAt({ afterSeq: 1, windowBytes: undefined, hasArrived: false });
    expect(takeAll(cursor)).toEqual([2, 3]);
    cursor.park();
    cursor.continueAt({ afterSeq: 1, windowBytes: 5, hasArrived: true });
    expect(takeAll(cursor)).toEqual([2]);
  });
});

describe('the size of a gap', () => {
  const viewer = (log: EventLog, windowBytes: number | undefined): PushCursor =>
    new PushCursor(log, { windowBytes, isOwner: false, needsProof: true });

  test.each([
    ['an acknowledged one', 1, '2-4: 15'],
    ['one that was sent', 2, '3-4: 10'],
    ['the last that was sent', 3, '4-4: 5'],
  ])('is known behind every position that the client may have, such as %s', (_name, afterSeq, gap) => {
    const log = logOf('12345', '12345', '12345', '12345', '12345');
    const cursor = viewer(log, 15);
    expect(takeAll(cursor)).toEqual([1, 2, 3]);
    cursor.acknowledge(1, 15);
    cursor.park();
    const own = owner(log, undefined);
    for (let left = 4; left > 0; left -= 1) own.take();
    cursor.continueAt({ afterSeq, windowBytes: 15, hasArrived: true });
    expect(takeAll(cursor)).toEqual([gap, 5]);
  });

  test('is known where a client without windows has what was sent', () => {
    const log = logOf('12345', '12345', '12345');
    const cursor = viewer(log, undefined);
    cursor.take();
    arrive(cursor);
    cursor.take();
    cursor.park();
    takeAll(owner(log, undefined));
    log.appendOutput('stderr', Buffer.from('end'));
    cursor.continueAt({ afterSeq: 1, windowBytes: undefined, hasArrived: true });
    expect(takeAll(cursor)).toEqual(['2-3: 10', 4]);
  });

  test('is known at the end of a log', () => {
    const log = logOf('12345', '12345');
    const cursor = new PushCursor(log, { windowBytes: undefined, afterSeq: 2, isOwner: false });
    log.appendOutput('stdout', Buffer.from('123'));
    log.appendOutput('stderr', Buffer.from('12'));
    const own = owner(log, undefined);
    for (let left = 3; left > 0; left -= 1) own.take();
    expect(takeAll(cursor)).toEqual(['3-3: 3', 4]);
  });

  test('holds an exit in it back from nobody', () => {
    const log = logOf('12345');
    log.appendExited(3, null);
    for (const stream of ['stdout', 'stderr'] as const) log.appendOutput(stream, Buffer.from('12345'));
    const cursor = viewer(log, undefined);
    const own = owner(log, undefined);
    for (let left = 3; left > 0; left -= 1) own.take();
    expect(log.firstSeq).toBe(4);
    expect(takeAll(cursor)).toEqual([2, '1-3: 10', 4]);
  });
});
