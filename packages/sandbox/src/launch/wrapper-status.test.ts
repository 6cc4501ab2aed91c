import { expect, test } from 'vitest';
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
