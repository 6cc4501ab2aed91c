import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { descriptorLimit, readLimit } from './descriptor-limit.js';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             127000               127000               processes
Max open files            1024                 524288               files
`;

test('what Linux tells of a process is read, and may be no limit', () => {
  expect([LIMITS, LIMITS.replace('1024 ', 'unlimited '), ''].map(readLimit)).toEqual([
    1024,
    Number.POSITIVE_INFINITY,
    undefined,
  ]);
});

test.runIf(process.platform === 'linux')('that of this process is told', () => {
  const told = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  expect(String(descriptorLimit())).toBe(told === 'unlimited' ? 'Infinity' : told);
});
