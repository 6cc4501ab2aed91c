import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkSpareDescriptors } from './spare-descriptors.js';

const openNow = (): number => readdirSync('/proc/self/fd').length;

test.runIf(process.platform === 'linux')('what is opened to count what is left is closed again', () => {
  const before = openNow();
  checkSpareDescriptors([0, 'ignore', 'pipe', 7]);
  expect(openNow()).toBe(before);
});
