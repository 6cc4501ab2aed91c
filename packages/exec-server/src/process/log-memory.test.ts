import { LOG_MEMORY_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { LogMemory } from './log-memory.js';

test('memory is scarce from the first byte beyond what all logs may hold, and no longer than that', () => {
  const memory = new LogMemory();
  memory.add(LOG_MEMORY_BYTES - 1);
  memory.add(1);
  expect(memory.isScarce).toBe(false);
  memory.add(1);
  expect(memory.isScarce).toBe(true);
  memory.add(-1);
  expect([memory.isScarce, memory.heldBytes]).toEqual([false, LOG_MEMORY_BYTES]);
});

test('everybody is asked once when memory has filled up, and again only after half of it was free', () => {
  const memory = new LogMemory(100);
  const asked: string[] = [];
  memory.open(() => asked.push('one'));
  const leave = memory.open(() => asked.push('other'));
  memory.add(100);
  expect(asked).toEqual([]);
  memory.add(1);
  memory.add(-10);
  memory.add(10);
  expect(asked).toEqual(['one', 'other']);
  leave();
  memory.add(-52);
  memory.add(52);
  expect(asked).toEqual(['one', 'other', 'one']);
});
