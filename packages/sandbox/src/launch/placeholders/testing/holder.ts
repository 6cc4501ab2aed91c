// Holds placeholders again and again as a process of its own, for the tests that started it.

import { existsSync } from 'node:fs';
import type { Placeholder } from '../../../linux/plan-mounts.js';
import { type HeldPlaceholders, PlaceholderStore } from '../../placeholder-store.js';
import type { HolderOrder, HolderReport } from './holder-messages.js';

const report = (message: HolderReport): void => {
  process.send?.(message);
};

/** On a machine that gives another process no turn for a second, a start is refused and may be tried again. */
function holdIn(store: PlaceholderStore, placeholders: readonly Placeholder[]): HeldPlaceholders {
  for (;;) {
    try {
      return store.hold(placeholders);
    } catch (error) {
      if (!String(error).includes('stands still')) throw error;
    }
  }
}

process.once('message', ({ folder, placeholders, rounds }: HolderOrder) => {
  const store = new PlaceholderStore(folder, (problem) => {
    throw new Error(problem);
  });
  let missing = 0;
  for (let round = 0; round < rounds; round += 1) {
    const held = holdIn(store, placeholders);
    missing += placeholders.filter(({ path }) => !existsSync(path)).length;
    held.release();
  }
  holdIn(store, placeholders);
  report({ kind: 'holding', missing });
});
report({ kind: 'ready' });
