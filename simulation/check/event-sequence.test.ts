import { expect, test } from 'vitest';
import type { ModelEvent } from '../system/script.js';
import { differenceOf, passagesOf, tailOf } from './event-sequence.js';

const TELLS = { signals: true, sizes: true };

function output(stream: 'stdout' | 'stderr', text: string): ModelEvent {
  return { type: 'output', stream, bytes: Buffer.from(text) };
}

const EXITED: ModelEvent = { type: 'exited', exitCode: 0, signal: null };

const whole = passagesOf([output('stdout', 'one two'), output('stderr', 'oops'), EXITED], TELLS);

test('how output was cut makes no difference', () => {
  const given = [output('stdout', 'one '), output('stdout', 'two'), output('stderr', 'oops'), EXITED];
  expect(differenceOf(passagesOf(given, TELLS), whole, true)).toBeUndefined();
});

test.each([
  ['a byte is missing', [output('stdout', 'one to'), output('stderr', 'oops'), EXITED]],
  ['a piece is doubled', [output('stdout', 'one one two'), output('stderr', 'oops'), EXITED]],
  ['streams are swapped', [output('stderr', 'oops'), output('stdout', 'one two'), EXITED]],
  [
    'the exit is not the same',
    [output('stdout', 'one two'), output('stderr', 'oops'), { ...EXITED, exitCode: 1 }],
  ],
  ['the end is missing', [output('stdout', 'one two'), output('stderr', 'oops')]],
])('it is seen that %s', (_what, given) => {
  expect(differenceOf(passagesOf(given, TELLS), whole, true)).toBeDefined();
});

test('a view that is not at its end has the beginning, one that began late has the rest', () => {
  const beginning = passagesOf([output('stdout', 'one t')], TELLS);
  expect(differenceOf(beginning, whole, false)).toBeUndefined();
  expect(differenceOf(beginning, whole, true)).toBeDefined();
  const rest = passagesOf([output('stdout', 'two'), output('stderr', 'oops'), EXITED], TELLS);
  expect(differenceOf(rest, tailOf(whole, rest), true)).toBeUndefined();
});
