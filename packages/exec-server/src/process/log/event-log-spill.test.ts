import { setImmediate as turn } from 'node:timers/promises';
import { AHEAD_BYTES, MAX_LOG_EVENTS, SPILL_READ_ATTEMPTS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { TestClock } from '../../testing/test-clock.js';
import { PushCursor } from '../follow/push-cursor.js';
import { MemorySpill } from '../testing/memory-spill.js';
import { readPage } from '../testing/whole-page.js';
import { EventLog } from './event-log.js';
import { LogMemory } from './log-memory.js';
import type { EventLogOptions } from './log-options.js';

const KIB = 1024;
const PIECE = 24 * KIB;

interface World {
  readonly log: EventLog;
  readonly spill: () => MemorySpill;
  readonly rooms: () => number;
}

function worldOf(options: Partial<EventLogOptions> = {}, capacity?: number): World {
  let spill: MemorySpill | undefined;
  let rooms = 0;
  const log = new EventLog({
    aheadBytes: 2 * PIECE,
    retainedBytes: PIECE,
    openSpill: (onRoom) => (spill = new MemorySpill(onRoom, capacity)),
    onRoom: () => {
      rooms += 1;
    },
    ...options,
  });
  return {
    log,
    spill: () => {
      if (spill === undefined) throw new Error('nothing was spilled');
      return spill;
    },
    rooms: () => rooms,
  };
}

function print(log: EventLog, pieces: number): void {
  for (let at = 0; at < pieces; at += 1) log.appendOutput('stdout', Buffer.alloc(PIECE, at));
}

async function takeAll(cursor: PushCursor): Promise<number[]> {
  const seqs: number[] = [];
  for (let idle = 0; idle < 5; idle += 1) {
    for (let event = cursor.take(); event !== undefined; event = cursor.take()) {
      seqs.push(event.type === 'gap' ? -event.toSeq : event.seq);
      idle = 0;
    }
    await turn();
  }
  return seqs;
}

function owner(log: EventLog): PushCursor {
  return new PushCursor(log, { windowBytes: undefined, isOwner: true });
}

test('when more waits than may wait in memory, all of it leaves memory, and the child goes on', () => {
  const { log, spill } = worldOf();
  print(log, 2);
  expect(log.residentBytes).toBe(2 * PIECE);
  print(log, 8);
  expect([log.residentBytes, spill().end, log.isFull]).toEqual([0, 10 * PIECE, false]);
});

test('as much as may wait in memory stays there, and one byte more is one too many', () => {
  const { log, spill } = worldOf({ aheadBytes: AHEAD_BYTES });
  log.appendOutput('stdout', new Uint8Array(AHEAD_BYTES - 1));
  log.appendOutput('stderr', Buffer.from('x'));
  log.appendExited(0, null);
  expect(() => spill()).toThrow('nothing was spilled');
  expect(log.residentBytes).toBe(AHEAD_BYTES);
  log.appendOutput('stdout', Buffer.from('y'));
  log.appendClosed();
  expect([log.residentBytes, spill().end]).toEqual([0, AHEAD_BYTES + 1]);
});

test('small pieces of one stream are spilled as large ones', () => {
  const { log, spill } = worldOf();
  print(log, 3);
  for (let at = 0; at < 100_000; at += 1) log.appendOutput('stdout', Buffer.from('x'));
  expect(log.nextSeq).toBe(4 + Math.ceil(100_000 / PIECE));
  expect(spill().end).toBe(3 * PIECE + 4 * PIECE);
});

test('the owner gets spilled output in order, all of it stays readable, and can be given back', async () => {
  const { log, spill } = worldOf();
  print(log, 10);
  log.appendExited(0, null);
  log.appendClosed();
  expect(await takeAll(owner(log))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect((await readPage(log, 0, undefined)).chunks.map(({ seq }) => seq)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ]);
  spill().reclaim();
  expect(log.firstSeq).toBe(10);
});

test('output that stays in memory afterwards pushes out, in the end, what was spilled before it', async () => {
  const { log, spill } = worldOf();
  print(log, 6);
  const cursor = owner(log);
  await takeAll(cursor);
  for (let more = 0; more < 4; more += 1) {
    print(log, 1);
    await takeAll(cursor);
  }
  expect([log.firstSeq, log.residentBytes, spill().start]).toEqual([10, PIECE, spill().end]);
});

test('a viewer that comes to what was given back gets a gap', async () => {
  const { log, spill } = worldOf();
  print(log, 10);
  await takeAll(owner(log));
  spill().reclaim();
  expect(await takeAll(new PushCursor(log, { windowBytes: undefined, isOwner: false }))).toEqual([-9, 10]);
});

test('a spill that takes no more makes the log full until there is room, and nothing is lost', async () => {
  const { log, spill, rooms } = worldOf();
  print(log, 4);
  spill().isRefusing = true;
  print(log, 2);
  expect([log.isFull, log.hasRoom, log.residentBytes]).toEqual([true, false, 2 * PIECE]);
  spill().tellRoom();
  expect([log.isFull, log.hasRoom, log.residentBytes, rooms()]).toEqual([false, true, 0, 1]);
  expect(await takeAll(owner(log))).toEqual([1, 2, 3, 4, 5, 6]);
});

test('an owner that catches up makes room although the spill never takes anything again', async () => {
  const { log, spill } = worldOf({}, 2 * PIECE);
  print(log, 4);
  spill().isRefusing = true;
  print(log, 1);
  expect(log.isFull).toBe(true);
  expect(await takeAll(owner(log))).toEqual([1, 2, 3, 4, 5]);
  expect([log.isFull, log.hasRoom]).toEqual([false, true]);
});

test('whoever appends may overwrite its bytes at once, wherever they went', async () => {
  const { log } = worldOf();
  const scratch = Buffer.alloc(PIECE);
  // Short and alone, joined, too much for memory, spilled at once, and held until more joins it.
  for (const [at, length] of [10, 5000, PIECE, PIECE, PIECE, 5000, 5000].entries()) {
    log.appendOutput('stdout', scratch.fill(at).subarray(0, length));
  }
  scratch.fill(0xff);
  const { chunks } = await readPage(log, 0, undefined);
  const printed = Buffer.concat(
    chunks.map((chunk) => (chunk.type === 'output' ? chunk.bytes : Buffer.alloc(0))),
  );
  const expected = [10, 5000, PIECE, PIECE, PIECE, 5000, 5000].map((length, at) => Buffer.alloc(length, at));
  expect(Buffer.compare(printed, Buffer.concat(expected))).toBe(0);
});

test('what a reader has found in memory stays as it is, though it is spilled before the reader is done', async () => {
  const { log } = worldOf();
  print(log, 3);
  log.appendOutput('stdout', Buffer.alloc(100, 'a'));
  const reading = readPage(log, 0, undefined);
  print(log, 1);
  log.appendOutput('stdout', Buffer.alloc(100, 'b'));
  const last = (await reading).chunks.at(-1);
  expect(last).toMatchObject({ seq: 4, bytes: Buffer.alloc(100, 'a') });
});

test('an owner that begins with what another one had already makes nobody wait for it again', async () => {
  const { log } = worldOf();
  print(log, 4);
  await takeAll(owner(log));
  const again = new PushCursor(log, { windowBytes: undefined, afterSeq: 2, isOwner: true });
  expect(again.take()).toBeUndefined();
  await turn();
  await turn();
  expect(again.take()).toMatchObject({ seq: 3, type: 'output' });
  expect([log.aheadBytes, log.isFull]).toEqual([0, false]);
  print(log, 1);
  expect(await takeAll(again)).toEqual([4, 5]);
});

test('more events than an index may hold make the log full', () => {
  const { log } = worldOf({ aheadBytes: 1 });
  for (let at = 1; at < MAX_LOG_EVENTS; at += 1) log.appendResized({ rows: 1, cols: 1 });
  expect(log.isFull).toBe(false);
  log.appendResized({ rows: 1, cols: 1 });
  expect([log.isFull, log.hasRoom]).toEqual([true, false]);
});

test('when memory is scarce on the server, output that waits is spilled earlier', () => {
  const memory = new LogMemory(PIECE);
  const { log, spill } = worldOf({ memory, aheadBytes: 16 * PIECE });
  print(log, 1);
  expect([log.residentBytes, memory.heldBytes]).toEqual([PIECE, PIECE]);
  print(log, 3);
  expect([log.residentBytes, spill().end, memory.heldBytes]).toEqual([0, 4 * PIECE, 0]);
  log.appendOutput('stdout', Buffer.alloc(10));
  expect(memory.heldBytes).toBe(10);
  log.close();
  expect(memory.heldBytes).toBe(0);
});

test('a log that is not wanted any more gives its spill back, and who still reads finds a gap', async () => {
  const { log, spill } = worldOf();
  print(log, 10);
  const reading = readPage(log, 0, undefined);
  log.close();
  expect(spill().isClosed).toBe(true);
  expect([log.firstSeq, (await reading).chunks]).toEqual([11, []]);
});

test('when memory gets scarce, what was delivered goes first, also of a process that says nothing any more', async () => {
  const memory = new LogMemory(20 * PIECE);
  const idle = new EventLog({ memory, retainedBytes: 16 * PIECE });
  print(idle, 16);
  await takeAll(owner(idle));
  const busy = new EventLog({ memory });
  print(busy, 4);
  expect([idle.firstSeq, memory.heldBytes]).toEqual([1, 20 * PIECE]);
  print(busy, 1);
  expect([memory.heldBytes, idle.firstSeq, busy.firstSeq]).toEqual([6 * PIECE, 16, 1]);
  idle.close();
  busy.close();
  expect(memory.heldBytes).toBe(0);
});

test('a page that was overtaken by its own loss begins with what is retained', async () => {
  const { log, spill } = worldOf();
  print(log, 10);
  await takeAll(owner(log));
  const reading = readPage(log, 0, undefined);
  spill().reclaim();
  expect((await reading).chunks.map(({ seq }) => seq)).toEqual([10]);
});

test('a disk that fails to read is asked again, and nothing is skipped', async () => {
  const clock = new TestClock();
  const { log, spill } = worldOf({ clock });
  const cursor = owner(log);
  print(log, 2);
  expect(await takeAll(cursor)).toEqual([1, 2]);
  print(log, 3);
  spill().failures = 1;
  expect(await takeAll(cursor)).toEqual([]);
  clock.advance(1000);
  expect(await takeAll(cursor)).toEqual([3, 4, 5]);
  spill().failures = 1;
  cursor.close();
  expect(clock.pending).toBe(0);
});

/** Lets a read fail and try again, so often. */
async function passRetries(clock: TestClock, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) {
    while (clock.pending === 0) await turn();
    clock.advance(1000);
  }
}

test('a read waits for a disk that fails, and gets everything', async () => {
  const clock = new TestClock();
  const { log, spill } = worldOf({ clock });
  print(log, 10);
  spill().failures = SPILL_READ_ATTEMPTS - 1;
  const page = readPage(log, 0, undefined);
  await passRetries(clock, SPILL_READ_ATTEMPTS - 1);
  expect((await page).chunks.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(clock.pending).toBe(0);
});

test('a read gives a disk up that fails each time, says which events it has, and the next one may get them', async () => {
  const clock = new TestClock();
  const { log, spill } = worldOf({ clock });
  print(log, 10);
  spill().failures = SPILL_READ_ATTEMPTS;
  const failed = readPage(log, 2, undefined).catch((error: unknown) => error);
  await passRetries(clock, SPILL_READ_ATTEMPTS - 1);
  expect(await failed).toMatchObject({
    kind: 'outputUnreadable',
    message:
      'the disk that holds output of this process, events 3 to 10, cannot be read; read again when it can',
    cause: new Error('the disk failed'),
  });
  expect((await readPage(log, 2, undefined)).nextSeq).toBe(11);
});

test('a reader that has gone waits for no disk', async () => {
  const clock = new TestClock();
  const { log, spill } = worldOf({ clock });
  print(log, 10);
  spill().failures = 1;
  const gone = new AbortController();
  const page = readPage(log, 0, undefined, gone.signal).catch((error: unknown) => error);
  while (clock.pending === 0) await turn();
  gone.abort(new Error('the connection ended'));
  expect(await page).toEqual(new Error('the connection ended'));
  expect(clock.pending).toBe(0);
});
