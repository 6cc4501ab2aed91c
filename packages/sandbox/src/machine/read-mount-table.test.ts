import { expect, test } from 'vitest';
import { hasMountsOf } from '../mounts/mounts-in-place.js';
import { readMountTable } from './read-mount-table.js';

test.runIf(process.platform === 'linux')('the table of this very process has a root', () => {
  expect(hasMountsOf([{ kind: 'bindEverything' }], readMountTable(process.pid) ?? '')).toBe(true);
  expect(readMountTable(2 ** 30)).toBeUndefined();
});
