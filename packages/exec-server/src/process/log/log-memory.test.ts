import { LOG_MEMORY_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { LogMemory } from './log-memory.js';

/** A log that holds as much as a test says. */
class Holder {
  readonly #memory: LogMemory;
  #bytes = 0;
  asked = 0;

  constructor(memory: LogMemory) {
    this.#memory = memory;
  }

  hold(bytes: number): void {
    this.#memory.change(this, this.#bytes, bytes);
    this.#bytes = bytes;
  }

  reclaim(): void {
    this.asked += 1;
  }
}

test('memory is scarce from the first byte beyond what all logs may hold, and no longer than that', () => {
  const memory = new LogMemory();
  const log = new Holder(memory);
  log.hold(LOG_MEMORY_BYTES);
  expect(memory.isScarce).toBe(false);
  log.hold(LOG_MEMORY_BYTES + 1);
  expect(memory.isScarce).toBe(true);
  log.hold(LOG_MEMORY_BYTES);
  expect([memory.isScarce, memory.heldBytes]).toEqual([false, LOG_MEMORY_BYTES]);
});

test('who holds something is asked once when memory has filled up, and again only after half of it was free', () => {
  const memory = new LogMemory(100);
  const [one, other] = [new Holder(memory), new Holder(memory)];
  other.hold(10);
  one.hold(90);
  expect([one.asked, other.asked]).toEqual([0, 0]);
  one.hold(91);
  one.hold(80);
  one.hold(95);
  expect([one.asked, other.asked]).toEqual([1, 1]);
  other.hold(0);
  one.hold(49);
  one.hold(101);
  expect([one.asked, other.asked, memory.holderCount]).toEqual([2, 1, 1]);
});
