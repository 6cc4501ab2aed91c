import { expect, test } from 'vitest';
import { foreignProcesses } from './foreign-processes.js';

const PROBLEM =
  '/proc does not show the processes of this pid namespace; mount one that does (bwrap --proc /proc, unshare --mount-proc)';

test('the processes of this machine are those of the namespace', () => {
  expect(foreignProcesses()).toBe(undefined);
});

test.each([['4711'], [undefined]])('those of another one, or none, are not (%s)', (self) => {
  expect(foreignProcesses(self ?? '', 2)).toBe(PROBLEM);
});
