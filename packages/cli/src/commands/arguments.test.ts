import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { parseDuration, parseDurationOrZero } from '../duration.js';
import { parseSignal } from './kill.js';
import { parseSeq, parseTail } from './logs.js';

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
  ['80s', 80_000],
  ['1.5h', 5_400_000],
  ['2d', 172_800_000],
])('a duration of %s is %s ms', (text, ms) => {
  expect(parseDurationOrZero(text)).toBe(ms);
});

test.each(['', '-1', '1w', '80 s', 'never'])('%j is no duration', (text) => {
  expect(() => parseDurationOrZero(text)).toThrow(/such as 30s or 5m/);
});

test('no time at all is no duration where there has to be one', () => {
  expect(() => parseDuration('0s')).toThrow(InvalidArgumentError);
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

test.each([
  ['0', 0],
  ['20', 20],
  ['all', Infinity],
])('a tail of %s is %s lines', (text, lines) => {
  expect(parseTail(text)).toBe(lines);
});

test.each(['', '-1', '1.5', 'ALL', '10m'])('%j is no tail', (text) => {
  expect(() => parseTail(text)).toThrow(InvalidArgumentError);
});
