import { expect, test } from 'vitest';
import { ExitError } from './exit-error.js';
import type { ExecResult } from './result.js';

const RESULT: ExecResult = {
  id: 'p',
  exitCode: 1,
  signal: null,
  cause: 'exit',
  failed: true,
  timedOut: false,
  canceled: false,
  truncated: { stdout: false, stderr: false },
  drained: true,
  stdout: '',
  stderr: '',
  output: '',
  durationMs: 12.4,
};

test.each<[string, Partial<ExecResult>, string]>([
  ['an exit code', {}, 'make test: failed with exit code 1'],
  [
    'a signal',
    { cause: 'signal', signal: 'SIGSEGV', exitCode: 139 },
    'make test: was ended by SIGSEGV, exit code 139',
  ],
  [
    'a time limit',
    { cause: 'timeout', signal: 'SIGTERM', exitCode: 143 },
    'make test: was terminated at its time limit, after 12 ms (SIGTERM, exit code 143)',
  ],
  ['a cancellation', { cause: 'canceled' }, 'make test: was canceled (exit code 1)'],
  ['stderr', { stderr: 'a\nb\n\n' }, 'make test: failed with exit code 1\na\nb'],
])('the message tells of %s', (_name, result, message) => {
  expect(new ExitError(['make', 'test'], { ...RESULT, ...result }).message).toBe(message);
});

test('of a long command the beginning is shown, of long output the last whole lines', () => {
  const stderr = Array.from({ length: 1000 }, (_, line) => `line ${line}`).join('\n');
  const [first = '', second = '', ...rest] = new ExitError(['x'.repeat(500)], {
    ...RESULT,
    stderr,
  }).message.split('\n');
  expect([first, second.startsWith('…line '), rest.at(-1)]).toEqual([
    `${'x'.repeat(200)}…: failed with exit code 1`,
    true,
    'line 999',
  ]);
});
