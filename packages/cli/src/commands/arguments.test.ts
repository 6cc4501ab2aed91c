import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { parseGrace, parseSignal } from './kill.js';
import { parseSeq } from './logs.js';

test.each([
  ['TERM', 'SIGTERM'],
  ['sigterm', 'SIGTERM'],
  ['Kill', 'SIGKILL'],
  ['9', 'SIGKILL'],
  ['15', 'SIGTERM'],
])('the signal %s is %s', (text, name) => {
  expect(parseSignal(text)).toBe(name);
});

test.each(['', 'SIG', 'NOPE', '0', '999', '-9'])('%j is no signal', (text) => {
  expect(() => parseSignal(text)).toThrow(InvalidArgumentError);
});

test.each([
  ['0', 0],
  ['0s', 0],
  ['250ms', 250],
  ['5', 5_000],
])('a grace of %s is %s ms', (text, ms) => {
  expect(parseGrace(text)).toBe(ms);
});

test.each([
  ['0', 0],
  ['120', 120],
])('the position %s is %s', (text, seq) => {
  expect(parseSeq(text)).toBe(seq);
});

test.each(['', '-1', '1.5', '10m', '99999999999999999999'])('%j is no position', (text) => {
  expect(() => parseSeq(text)).toThrow(InvalidArgumentError);
});
