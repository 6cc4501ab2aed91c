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
