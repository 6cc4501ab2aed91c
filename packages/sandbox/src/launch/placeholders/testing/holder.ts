// Holds placeholders again and again as a process of its own, for the tests that started it.

import { existsSync } from 'node:fs';
import type { Placeholder } from '../../../linux/plan-mounts.js';
import { type HeldPlaceholders, PlaceholderStore } from '../../placeholder-store.js';
import type { HolderOrder, HolderReport } from './holder-messages.js';

const report = (message: HolderReport): void => {
  process.send?.(message);
};

/** On a machine that gives another process no turn for a second, a start is refused and may be tried again. */
async function holdIn(
  store: PlaceholderStore,
  placeholders: readonly Placeholder[],
): Promise<HeldPlaceholders> {
  for (;;) {
    try {
      return await store.hold(placeholders);
    } catch (error) {
      if (!String(error).includes('stands still')) throw error;
    }
  }
}

async function hold({ folder, placeholders, rounds }: HolderOrder): Promise<void> {
  const store = new PlaceholderStore(folder, (problem) => {
    throw new Error(problem);
  });
  let missing = 0;
  for (let round = 0; round < rounds; round += 1) {
    const held = await holdIn(store, placeholders);
    missing += placeholders.filter(({ path }) => !existsSync(path)).length;
    held.release();
  }
  await holdIn(store, placeholders);
  report({ kind: 'holding', missing });
}

process.once('message', (order: HolderOrder) => void hold(order));
report({ kind: 'ready' });
