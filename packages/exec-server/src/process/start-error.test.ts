import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { SpawnError } from './spawn/spawn-error.js';
import { shortageOf } from './start-error.js';

test.each([
  [new SpawnError('noProcesses', 'the limit is reached'), 'noProcesses'],
  [new ExecError('noDescriptors', 'none are left for its network'), 'noDescriptors'],
])('an operator is told of %s', (error, shortage) => {
  expect(shortageOf(error)).toEqual({ shortage, reason: error.message });
});

test.each([
  new SpawnError('programNotFound', 'there is no such program'),
  new ExecError('sandboxUnsupported', 'this cannot be enforced'),
  new Error('something else'),
])('but not of %s', (error) => {
  expect(shortageOf(error)).toBeUndefined();
});
