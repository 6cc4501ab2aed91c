import { expect, test } from 'vitest';
import { Collector } from './collector.js';
import { decodeText, joinBytes } from './decode-output.js';

const encoder = new TextEncoder();

function collect(
  pieces: readonly (readonly ['stdout' | 'stderr' | 'pty', string | Uint8Array])[],
  limit?: number,
): Collector {
  const collector = new Collector(limit);
  for (const [index, [stream, data]] of pieces.entries()) {
    const bytes = typeof data === 'string' ? encoder.encode(data) : data;
    collector.add({ type: 'output', seq: index + 1, stream, bytes });
  }
  return collector;
}

test('streams are kept apart and interleaved in the order in which they came', () => {
  const collected = collect([
    ['stdout', 'a'],
    ['stderr', 'b'],
    ['pty', 'c'],
  ]).finish();
  expect(decodeText(collected)).toEqual({ stdout: 'ac', stderr: 'b', output: 'abc' });
  expect(joinBytes(collected)).toEqual({
    stdout: encoder.encode('ac'),
    stderr: encoder.encode('b'),
    output: encoder.encode('abc'),
  });
});

test('a character cut between two pieces comes out whole, though another stream spoke in between', () => {
  const euro = encoder.encode('€');
  const collected = collect([
    ['stdout', euro.subarray(0, 1)],
    ['stderr', 'x'],
    ['stdout', euro.subarray(1)],
  ]).finish();
  expect(decodeText(collected)).toEqual({ stdout: '€', stderr: 'x', output: 'x€' });
});

test('an unfinished character at the end shows as U+FFFD', () => {
  const collected = collect([['stdout', encoder.encode('a€').subarray(0, 2)]]).finish();
  expect(decodeText(collected).stdout).toBe('a\uFFFD');
});

test('a stream is cut at the limit and says so, without half a character, and the other is not touched', () => {
  const collected = collect(
    [
      ['stdout', 'abc'],
      ['stdout', '€'],
      ['stdout', 'd'],
      ['stderr', 'wxyz'],
    ],
    4,
  ).finish();
  expect(collected.truncated).toEqual({ stdout: true, stderr: false });
  expect(decodeText(collected)).toEqual({ stdout: 'abc', stderr: 'wxyz', output: 'abcwxyz' });
});
