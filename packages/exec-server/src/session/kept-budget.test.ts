import { expect, test } from 'vitest';
import { KeptBudget, KeptBytes } from './kept-budget.js';

const LIMITS = { sessionBytes: 100, ownBytes: 10, sharedBytes: 120 };

test('a session that keeps as much as it may is full, until it keeps less', () => {
  const bytes = new KeptBytes(new KeptBudget(LIMITS));
  bytes.add(99);
  const seen = [bytes.isFull];
  bytes.add(1);
  seen.push(bytes.isFull);
  bytes.add(-1);
  expect([...seen, bytes.isFull]).toEqual([false, true, false]);
});

test('whatever others keep, a session has something of its own, and more once another keeps less', () => {
  const budget = new KeptBudget(LIMITS);
  const [first, second, third] = [new KeptBytes(budget), new KeptBytes(budget), new KeptBytes(budget)];
  first.add(70);
  second.add(70);
  third.add(9);
  const seen = [third.isFull];
  third.add(1);
  seen.push(third.isFull);
  second.add(-70);
  expect([...seen, third.isFull]).toEqual([false, true, false]);
});
