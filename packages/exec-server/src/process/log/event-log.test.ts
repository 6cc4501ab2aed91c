import { MAX_CHUNK_BYTES, RETAINED_BYTES } from '@holdfast/exec-protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventLog } from './event-log.js';
import type { LogEntry, OutputEntry } from './log-entry.js';

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

function eventsOf(log: EventLog, afterSeq = 0): LogEntry[] {
  const events: LogEntry[] = [];
  for (let event = log.after(afterSeq); event !== undefined; event = log.after(event.seq)) events.push(event);
  return events;
}

function bytesOf({ at }: OutputEntry): Uint8Array {
  if (typeof at === 'number') throw new Error('the bytes are not in memory');
  return at;
}

function send(log: EventLog, seq: number): void {
  const event = log.after(seq - 1);
  if (event?.seq !== seq) throw new Error(`event ${String(seq)} is not there`);
  log.ownerSent(event);
}

function take(log: EventLog, seq: number): void {
  send(log, seq);
  log.ownerTook(seq);
}

function textOf(events: readonly LogEntry[]): string {
  return events
    .map((event) => (event.type === 'output' ? Buffer.from(bytesOf(event)).toString('latin1') : ''))
    .join('');
}

test('output, sizes, exit and close share one sequence without holes', () => {
  const log = new EventLog();
  log.appendOutput('stdout', bytes('a'));
  log.appendOutput('stderr', bytes('b'));
  log.appendResized({ rows: 40, cols: 100 });
  log.appendExited(3, null);
  log.appendOutput('stdout', bytes('late'));
  log.appendClosed();
  expect(eventsOf(log)).toEqual([
    { type: 'output', seq: 1, offset: 0, stream: 'stdout', length: 1, at: bytes('a') },
    { type: 'output', seq: 2, offset: 1, stream: 'stderr', length: 1, at: bytes('b') },
    { type: 'resized', seq: 3, offset: 2, size: { rows: 40, cols: 100 } },
    { type: 'exited', seq: 4, offset: 2, exitCode: 3, signal: null },
    { type: 'output', seq: 5, offset: 2, stream: 'stdout', length: 4, at: bytes('late') },
    { type: 'closed', seq: 6, offset: 6 },
  ]);
  expect(log.nextSeq).toBe(7);
  expect(log.totals).toEqual({ stdout: 5, stderr: 1, pty: 0 });
});

test('an event that somebody has seen never changes', () => {
  const log = new EventLog();
  log.appendOutput('stdout', bytes('seen'));
  const seen = log.after(0);
  log.appendOutput('stdout', bytes(' not yet'));
  log.appendOutput('stdout', bytes(' nor this'));
  expect(seen).toEqual({ type: 'output', seq: 1, offset: 0, stream: 'stdout', length: 4, at: bytes('seen') });
  expect(eventsOf(log, 1)).toEqual([
    { type: 'output', seq: 2, offset: 4, stream: 'stdout', length: 17, at: bytes(' not yet nor this') },
  ]);
});

test.each([
  [MAX_CHUNK_BYTES, [24_576]],
  [MAX_CHUNK_BYTES + 1, [24_576, 1]],
  [60_000, [24_576, 24_576, 10_848]],
])('output of %d bytes is cut into chunks of 24 KiB', (length, chunks) => {
  const log = new EventLog();
  log.appendOutput('stdout', new Uint8Array(length));
  expect(eventsOf(log).map((event) => (event.type === 'output' ? event.length : 0))).toEqual(chunks);
});

test('nothing that the owner has not taken is forgotten, though it was sent', () => {
  const log = new EventLog({ retainedBytes: 10, aheadBytes: 10 });
  for (let at = 0; at < 100; at += 1) {
    log.appendOutput(at % 2 === 0 ? 'stdout' : 'stderr', bytes('12345'));
  }
  send(log, 50);
  expect(log.firstSeq).toBe(1);
  expect(textOf(eventsOf(log))).toBe('12345'.repeat(100));
  expect(log.isFull).toBe(true);
});

test('behind the owner at least the newest retained bytes stay readable', () => {
  const log = new EventLog({ retainedBytes: 10, aheadBytes: 10 });
  for (let at = 0; at < 6; at += 1) log.appendOutput(at % 2 === 0 ? 'stdout' : 'stderr', bytes('12345'));
  send(log, 5);
  log.ownerTook(5);
  expect(log.firstSeq).toBe(5);
  expect(log.aheadBytes).toBe(5);
  expect(log.residentBytes).toBe(10);
});

test('what was taken goes when 1 MiB came after it, and not one byte before that', () => {
  const log = new EventLog();
  log.appendOutput('stderr', bytes('x'));
  log.appendOutput('stdout', new Uint8Array(RETAINED_BYTES - 1));
  take(log, log.nextSeq - 1);
  expect(log.firstSeq).toBe(1);
  log.appendOutput('stderr', bytes('y'));
  expect(log.firstSeq).toBe(2);
});

test('a full log has room again when half of it was sent', () => {
  const log = new EventLog({ aheadBytes: 10 });
  for (let at = 0; at < 4; at += 1) log.appendOutput(at % 2 === 0 ? 'stdout' : 'stderr', bytes('12345'));
  expect([log.isFull, log.hasRoom]).toEqual([true, false]);
  take(log, 2);
  expect([log.isFull, log.hasRoom]).toEqual([true, false]);
  take(log, 3);
  expect([log.isFull, log.hasRoom]).toEqual([false, true]);
});

test('many tiny chunks behind the owner are bounded by their number', () => {
  const log = new EventLog({ retainedEvents: 100 });
  for (let at = 1; at <= 1000; at += 1) {
    log.appendOutput('stdout', bytes('x'));
    send(log, at);
    log.ownerTook(at);
  }
  expect(eventsOf(log)).toHaveLength(100);
  expect(log.firstSeq).toBe(901);
});

test('a listener is told of every append until it stops listening', () => {
  const log = new EventLog();
  let calls = 0;
  const stop = log.onAppend(() => {
    calls += 1;
  });
  log.appendOutput('stdout', bytes('a'));
  log.appendExited(0, null);
  stop();
  log.appendClosed();
  expect(calls).toBe(2);
});

test('whatever is appended, taken and read: bytes stay in order, and only what the owner took is ever missing', () => {
  const step = fc.oneof(
    fc.record({
      append: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    }),
    fc.record({ take: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ look: fc.integer({ min: 0, max: 30 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const log = new EventLog({ retainedBytes: 64, aheadBytes: 64, retainedEvents: 20 });
      const appended: number[] = [];
      const taken: number[] = [];
      let owner = 0;
      for (const one of steps) {
        if ('append' in one) {
          appended.push(...one.append);
          log.appendOutput(one.stream, Uint8Array.from(one.append));
        } else if ('look' in one) {
          log.after(one.look);
        } else {
          for (let left = one.take; left > 0; left -= 1) {
            const event = log.after(owner);
            if (event?.type !== 'output') break;
            expect(event.seq).toBe(owner + 1);
            taken.push(...bytesOf(event));
            owner = event.seq;
            send(log, owner);
            log.ownerTook(owner);
          }
        }
      }
      const rest = eventsOf(log, owner).flatMap((event) =>
        event.type === 'output' ? [...bytesOf(event)] : [],
      );
      expect([...taken, ...rest]).toEqual(appended);
      expect(log.aheadBytes).toBe(rest.length);
      expect(eventsOf(log).map((event) => event.seq)).toEqual(
        Array.from({ length: log.nextSeq - log.firstSeq }, (_, at) => log.firstSeq + at),
      );
    }),
  );
});

test('a log that drops never holds the child back and keeps the newest output', () => {
  const log = new EventLog({ retainedBytes: 10, aheadBytes: 10, retention: 'drop' });
  for (let at = 0; at < 100; at += 1) log.appendOutput(at % 2 === 0 ? 'stdout' : 'stderr', bytes('12345'));
  expect([log.isFull, log.firstSeq, log.residentBytes]).toEqual([false, 99, 10]);
});

test('a log has so many sizes of a terminal at most: it forgets what its owner has taken, and takes none before', () => {
  const log = new EventLog({ sizes: 3 });
  log.appendOutput('pty', bytes('a'));
  for (let rows = 1; rows <= 3; rows += 1) log.appendResized({ rows, cols: 80 });
  expect([log.takesSize, log.firstSeq]).toEqual([false, 1]);
  send(log, 4);
  take(log, 1);
  expect([log.takesSize, log.firstSeq]).toEqual([false, 2]);
  take(log, 2);
  expect([log.takesSize, log.firstSeq]).toEqual([true, 3]);
  log.appendResized({ rows: 4, cols: 80 });
  expect([log.takesSize, eventsOf(log).map(({ seq }) => seq)]).toEqual([false, [3, 4, 5]]);
});

test('where the owner is owed nothing a log takes every size, and forgets the oldest', () => {
  const log = new EventLog({ sizes: 3, retention: 'drop' });
  for (let rows = 1; rows <= 9; rows += 1) log.appendResized({ rows, cols: 80 });
  expect([log.takesSize, eventsOf(log).map(({ seq }) => seq)]).toEqual([true, [8, 9]]);
});
