// Holds placeholders again and again as a process of its own, for the tests that started it.

import { existsSync } from 'node:fs';
import { PlaceholderStore } from '../../placeholder-store.js';
import type { HolderOrder, HolderReport } from './holder-messages.js';

const report = (message: HolderReport): void => {
  process.send?.(message);
};

process.once('message', ({ folder, placeholders, rounds }: HolderOrder) => {
  const store = new PlaceholderStore(folder);
  let missing = 0;
  for (let round = 0; round < rounds; round += 1) {
    const held = store.hold(placeholders);
    missing += placeholders.filter(({ path }) => !existsSync(path)).length;
    held.release();
  }
  store.hold(placeholders);
  report({ kind: 'holding', missing });
});
report({ kind: 'ready' });
