import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EntryList, PAGE_ENTRIES } from './entry-list.js';
import type { LogEntry, OutputEntry } from './log-entry.js';

const STREAMS = ['stdout', 'stderr', 'pty'] as const;

/** Entries as a log makes them, in a list and in a plain array. */
class Lists {
  readonly list = new EntryList();
  readonly model: LogEntry[] = [];
  #seq = 1;
  #offset = 0;
  #spilledSeq = 0;
  #at = 0;

  output(length: number): void {
    const stream = STREAMS[length % STREAMS.length] ?? 'stdout';
    this.#push({ type: 'output', seq: this.#seq, offset: this.#offset, stream, length, at: Buffer.alloc(1) });
    this.#offset += length;
  }

  resized(): void {
    this.#push({ type: 'resized', seq: this.#seq, offset: this.#offset, size: { rows: 1, cols: 1 } });
  }

  /** Moves the next outputs to the spill, in order. */
  spill(count: number): void {
    let left = count;
    for (const [index, entry] of this.model.entries()) {
      if (left === 0) return;
      if (entry.seq <= this.#spilledSeq || entry.type !== 'output') continue;
      left -= 1;
      const spilled: OutputEntry = { ...entry, at: this.#at };
      this.#at += entry.length;
      this.#spilledSeq = entry.seq;
      this.model[index] = spilled;
      this.list.replace(spilled);
    }
  }

  drop(count: number): void {
    for (let left = Math.min(count, this.model.length); left > 0; left -= 1) {
      this.list.dropFirst();
      this.model.shift();
    }
  }

  check(): void {
    const { list, model } = this;
    expect([list.count, list.first, list.last]).toEqual([model.length, model[0], model.at(-1)]);
    const firstSeq = model[0]?.seq ?? this.#seq;
    for (const seq of [0, firstSeq + 1, firstSeq + PAGE_ENTRIES, this.#seq - 2, this.#seq]) {
      expect(list.from(seq)).toEqual(model[Math.max(0, seq - firstSeq)]);
    }
  }

  checkAll(): void {
    const found: (LogEntry | undefined)[] = [];
    for (let entry = this.list.first; entry !== undefined; entry = this.list.from(entry.seq + 1))
      found.push(entry);
    expect(found).toEqual(this.model);
  }

  #push(entry: LogEntry): void {
    this.#seq += 1;
    this.list.push(entry);
    this.model.push(entry);
  }
}

test('a list behaves as an array, whatever of it was spilled and dropped', () => {
  const many = fc.nat(PAGE_ENTRIES);
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ output: many, length: fc.integer({ min: 1, max: 24_576 }) }) },
    { weight: 1, arbitrary: fc.record({ resized: fc.constant(true) }) },
    { weight: 4, arbitrary: fc.record({ spill: many }) },
    { weight: 2, arbitrary: fc.record({ drop: many }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const lists = new Lists();
      for (const one of steps) {
        if ('output' in one) for (let left = one.output; left > 0; left -= 1) lists.output(one.length);
        else if ('spill' in one) lists.spill(one.spill);
        else if ('drop' in one) lists.drop(one.drop);
        else lists.resized();
        lists.check();
      }
      lists.checkAll();
    }),
    { numRuns: 60 },
  );
});

test('an entry behind the end is not there, and one that was dropped cannot come back', () => {
  const lists = new Lists();
  lists.output(1);
  lists.output(2);
  const { first } = lists.list;
  lists.drop(1);
  if (first !== undefined) lists.list.replace(first);
  expect([lists.list.from(3), lists.list.first?.seq]).toEqual([undefined, 2]);
});
