import { expect, test } from 'vitest';
import { MAX_STATUS_BYTES } from '../limits.js';
import { WrapperStatusReader } from './wrapper-status.js';

function statusAfter(...chunks: readonly string[]): object {
  const reader = new WrapperStatusReader();
  for (const chunk of chunks) reader.add(Buffer.from(chunk));
  return reader.status;
}

test.each([
  ['a wrapper that failed', [], { childPid: undefined, pidNamespace: undefined, exitCode: undefined }],
  [
    'a wrapper that found no program',
    ['{ "child-pid": 77\n', ', "pid-namespace": 5 }\n'],
    { childPid: 77, pidNamespace: 5, exitCode: undefined },
  ],
  [
    'a command that ended',
    ['{ "child-pid": 77 }\n{ "exit', '-code": 1 }\n'],
    { childPid: 77, pidNamespace: undefined, exitCode: 1 },
  ],
])('%s', (_, chunks, status) => {
  expect(statusAfter(...chunks)).toEqual(status);
});

test('what a wrapper tells is read up to the limit, and not one byte further', () => {
  const told = '{ "exit-code": 1 }';
  const codeAt = (last: number): object => statusAfter(' '.repeat(last - told.indexOf('1') - 1), told);
  const status = { childPid: undefined, pidNamespace: undefined };
  expect([codeAt(MAX_STATUS_BYTES), codeAt(MAX_STATUS_BYTES + 1)]).toEqual([
    { ...status, exitCode: 1 },
    { ...status, exitCode: undefined },
  ]);
});
