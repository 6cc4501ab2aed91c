import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EventLog } from '../log/event-log.js';
import type { OutputEntry } from '../log/log-entry.js';
import { MemorySpill } from '../testing/memory-spill.js';
import { ReadAhead } from './read-ahead.js';

const PIECE = 24 * 1024;

/** A log whose first `pieces` lie in the spill and whose last piece, of one byte, in memory; each is filled with its seq. */
function logOf(pieces: number): EventLog {
  const log = new EventLog({
    aheadBytes: PIECE,
    fetchBytes: 4 * PIECE,
    openSpill: (onRoom) => new MemorySpill(onRoom),
  });
  for (let seq = 1; seq <= pieces; seq += 1) log.appendOutput('stdout', Buffer.alloc(PIECE, seq));
  log.appendOutput('stdout', Buffer.alloc(1, pieces + 1));
  return log;
}

function entryAt(log: EventLog, seq: number): OutputEntry {
  const entry = log.after(seq - 1);
  if (entry?.type !== 'output') throw new Error(`event ${seq} is no output`);
  return entry;
}

/** Takes an entry, waiting until it has been fetched. */
async function take(ahead: ReadAhead, entry: OutputEntry): Promise<Uint8Array> {
  for (let turns = 0; turns < 20; turns += 1) {
    const bytes = ahead.take(entry);
    if (bytes !== undefined) return bytes;
    await turn();
  }
  throw new Error(`event ${entry.seq} never came`);
}

test('what was handed out stays as it is until the next is taken, though more is fetched meanwhile', async () => {
  const log = logOf(40);
  const ahead = new ReadAhead(log, () => undefined);
  for (let seq = 1; seq <= 41; seq += 1) {
    const entry = entryAt(log, seq);
    const bytes = await take(ahead, entry);
    for (let turns = 0; turns < 3; turns += 1) await turn();
    expect(Buffer.alloc(entry.length, seq).equals(bytes)).toBe(true);
  }
});

test('a reader of any length uses two buffers, and none that it holds on to afterwards', async () => {
  const log = logOf(40);
  const ahead = new ReadAhead(log, () => undefined);
  const buffers = new Set<ArrayBufferLike>();
  for (let seq = 1; seq <= 40; seq += 1) buffers.add((await take(ahead, entryAt(log, seq))).buffer);
  expect(buffers.size).toBe(2);
  expect(await take(ahead, entryAt(log, 41))).toEqual(Buffer.from([41]));
  expect(buffers.has((await take(ahead, entryAt(log, 40))).buffer)).toBe(false);
});

test('the next run is there when it is needed, and a reader that jumps is told when to ask again', async () => {
  const log = logOf(40);
  let loads = 0;
  const ahead = new ReadAhead(log, () => {
    loads += 1;
  });
  await take(ahead, entryAt(log, 1));
  await turn();
  const inARow = [2, 3, 4, 5, 6, 7, 8].map((seq) => ahead.take(entryAt(log, seq))?.[0]);
  expect([inARow, loads]).toEqual([[2, 3, 4, 5, 6, 7, 8], 2]);
  expect(ahead.take(entryAt(log, 30))).toBeUndefined();
  await turn();
  await turn();
  expect((await take(ahead, entryAt(log, 30)))[0]).toBe(30);
});
