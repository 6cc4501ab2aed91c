import { SPILL_PROCESS_BYTES, SPILL_SERVER_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { SpillBudget, type SpillHolder } from './spill-budget.js';

function holder(reclaim: () => void = () => undefined): SpillHolder & { told: number } {
  const one = {
    told: 0,
    reclaim,
    onRoom: () => {
      one.told += 1;
    },
  };
  return one;
}

test('a process gets no more than its share, and a server no more than its own', () => {
  const budget = new SpillBudget({ processBytes: 100, serverBytes: 150 });
  const [one, two] = [budget.open(holder()), budget.open(holder())];
  expect([one.reserve(100), one.reserve(1), two.reserve(50), two.reserve(1)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect([one.heldBytes, two.heldBytes, budget.heldBytes]).toEqual([100, 50, 150]);
  one.close();
  expect([two.reserve(50), budget.heldBytes]).toEqual([true, 100]);
});

test('a process may spill 256 MiB and a server 4 GiB, and no byte more', () => {
  const budget = new SpillBudget();
  const processes = Array.from({ length: SPILL_SERVER_BYTES / SPILL_PROCESS_BYTES }, () =>
    budget.open(holder()),
  );
  for (const process of processes) {
    expect([process.reserve(SPILL_PROCESS_BYTES), process.reserve(1)]).toEqual([true, false]);
  }
  expect([budget.heldBytes, budget.open(holder()).reserve(1)]).toEqual([SPILL_SERVER_BYTES, false]);
});

test('delivered output goes before anybody is refused', () => {
  const budget = new SpillBudget({ processBytes: 100, serverBytes: 100 });
  const full = budget.open(
    holder(() => {
      full.release(full.heldBytes);
    }),
  );
  expect(full.reserve(100)).toBe(true);
  expect(budget.open(holder()).reserve(60)).toBe(true);
  expect(budget.heldBytes).toBe(60);
});

test('when room is scarce whoever holds most waits, and the others do not', () => {
  const budget = new SpillBudget({ processBytes: 1000, serverBytes: 1000 });
  const [large, small] = [budget.open(holder()), budget.open(holder())];
  expect([large.reserve(600), small.reserve(150)]).toEqual([true, true]);
  expect([large.reserve(10), small.reserve(10), large.reserve(10)]).toEqual([false, true, false]);
});

test('one alone may use all the room of a server', () => {
  const budget = new SpillBudget({ processBytes: 1000, serverBytes: 1000 });
  budget.open(holder());
  expect(budget.open(holder()).reserve(1000)).toBe(true);
});

test('those who were refused, and only those, are told when room is given back', async () => {
  const budget = new SpillBudget({ processBytes: 100, serverBytes: 100 });
  const [first, second, third] = [holder(), holder(), holder()];
  const [one, two] = [budget.open(first), budget.open(second), budget.open(third)];
  one.reserve(100);
  expect(two.reserve(1)).toBe(false);
  one.release(10);
  one.release(10);
  await Promise.resolve();
  expect([first, second, third].map(({ told }) => told)).toEqual([0, 1, 0]);
});

test('whether room is wanted is known from a refusal until room is given back', async () => {
  const budget = new SpillBudget({ processBytes: 100, serverBytes: 100 });
  const [one, two] = [budget.open(holder()), budget.open(holder())];
  one.reserve(100);
  expect(one.isRoomWanted).toBe(false);
  two.reserve(1);
  expect(one.isRoomWanted).toBe(true);
  one.release(10);
  await Promise.resolve();
  expect(one.isRoomWanted).toBe(false);
});
