import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { DetachKeys, parseDetachKeys } from './detach-keys.js';

/** What comes out of each piece, and where it was left. */
function type(keys: string, ...pieces: string[]): string[] {
  const matcher = new DetachKeys(parseDetachKeys(keys));
  return pieces.map((piece) => {
    const { bytes, isDetached } = matcher.type(Buffer.from(piece));
    return Buffer.from(bytes).toString() + (isDetached ? '|left' : '');
  });
}

describe('names of keys', () => {
  test.each([
    ['ctrl-p,ctrl-q', [16, 17]],
    ['ctrl-],d', [29, 100]],
    ['CTRL-A', [1]],
    ['ctrl-@', [0]],
    ['', []],
  ])('%j', (text, bytes) => {
    expect([...parseDetachKeys(text)]).toEqual(bytes);
  });

  test.each(['ctrl-', 'ctrl-1', 'ab', 'a,,b', 'é', ' '])('%j is none', (text) => {
    expect(() => parseDetachKeys(text)).toThrow(InvalidArgumentError);
  });
});

describe('what is typed', () => {
  test.each([
    ['passes', ['hello', 'you'], ['hello', 'you']],
    ['leaves on the sequence, in one piece', ['a\x10\x11b'], ['a|left']],
    ['leaves on the sequence, key by key', ['\x10', '\x11'], ['', '|left']],
    ['passes the first key once another follows', ['\x10', 'x'], ['', '\x10x']],
    ['may begin the sequence twice', ['\x10\x10', '\x11'], ['\x10', '|left']],
    ['passes the second key alone', ['\x11'], ['\x11']],
  ])('%s', (_name, pieces, passed) => {
    expect(type('ctrl-p,ctrl-q', ...pieces)).toEqual(passed);
  });

  test('finds a sequence that begins within itself', () => {
    expect(type('a,a,b', 'aaab')).toEqual(['a|left']);
    expect(type('a,b,a,c', 'abab', 'ac')).toEqual(['ab', '|left']);
  });

  test('passes whole where there is no sequence', () => {
    expect(type('', '\x10\x11')).toEqual(['\x10\x11']);
  });
});
