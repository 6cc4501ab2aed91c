import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineSplitter, type LineBatch, type LineFailure } from './line-splitter.js';

const TOO_LONG: LineFailure = { reason: 'tooLong', message: 'a line exceeds 4 bytes; send smaller messages' };
const NOT_UTF8: LineFailure = {
  reason: 'invalidUtf8',
  message: 'a line is not valid UTF-8; send JSON text in UTF-8',
};

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Everything that a stream yields, however it was cut. */
function split(chunks: readonly (string | Uint8Array)[], maxLineBytes?: number): LineBatch {
  const splitter = createLineSplitter(maxLineBytes);
  const lines: string[] = [];
  const batches = chunks.map((chunk) => splitter.push(typeof chunk === 'string' ? bytes(chunk) : chunk));
  for (const batch of [...batches, splitter.end()]) lines.push(...batch.lines);
  const { failure } = splitter.end();
  return failure === undefined ? { lines } : { lines, failure };
}

function cut(stream: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...places.map((place) => place % (stream.length + 1)), stream.length].sort((a, b) => a - b);
  return ends.map((end, index) => stream.slice(index === 0 ? 0 : ends[index - 1], end));
}

describe('cutting into lines', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['a\nb\n'], ['a', 'b']],
    [['a\r\nb\r\n'], ['a', 'b']],
    [
      ['a\r', '\nb'],
      ['a', 'b'],
    ],
    [['a', 'b', 'c\n'], ['abc']],
    [['', 'a', '', '\n', ''], ['a']],
    [
      ['a\n', 'b'],
      ['a', 'b'],
    ],
    [['\n\n \r\n\t\n', 'a\n\r\n'], ['a']],
    [[], []],
    [['\n'], []],
    [['a\rb\n'], ['a\rb']],
    [[' a \n'], [' a ']],
    [['\uFEFFa\n'], ['\uFEFFa']],
    [['a\u2028b\u0085c\n'], ['a\u2028b\u0085c']],
  ])('%j yields %j', (chunks, lines) => {
    expect(split(chunks)).toEqual({ lines });
  });

  test('lines come with the chunk that ends them', () => {
    const splitter = createLineSplitter();
    expect(splitter.push(bytes('a\nb'))).toEqual({ lines: ['a'] });
    expect(splitter.push(bytes('c\nd\ne'))).toEqual({ lines: ['bc', 'd'] });
    expect(splitter.end()).toEqual({ lines: ['e'] });
    expect(splitter.end()).toEqual({ lines: [] });
  });

  test('a chunk may be used again by its owner', () => {
    const splitter = createLineSplitter();
    const chunk = bytes('ab');
    splitter.push(chunk);
    chunk.fill(0x78);
    expect(splitter.push(bytes('\n'))).toEqual({ lines: ['ab'] });
  });

  test('characters of several bytes may be cut anywhere', () => {
    const stream = bytes('é\u{1f600}\n€\n');
    for (let at = 0; at <= stream.length; at += 1) {
      expect(split([stream.slice(0, at), stream.slice(at)])).toEqual({ lines: ['é\u{1f600}', '€'] });
    }
  });

  test('any text cut anywhere yields its lines', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => `x${text.replaceAll(/[\r\n]/g, '')}`);
    const end = fc.constantFrom('\n', '\r\n', '\n\n');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, end)),
        fc.array(fc.nat()),
        fc.boolean(),
        (pairs, places, isOpen) => {
          const text = pairs.flat().join('') + (isOpen ? 'last' : '');
          const lines = [...pairs.map(([each]) => each), ...(isOpen ? ['last'] : [])];
          expect(split(cut(bytes(text), places))).toEqual({ lines });
        },
      ),
    );
  });

  test('any bytes cut anywhere fare as they do in one piece', () => {
    const stream = fc
      .array(fc.constantFrom(0x0a, 0x0d, 0x20, 0x61, 0x62, 0xc3, 0xa9, 0xff))
      .map((all) => Uint8Array.from(all));
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), (whole, places) => {
        expect(split(cut(whole, places), 4)).toEqual(split([whole], 4));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the bound', () => {
  test.each<[readonly string[]]>([
    [['abcd\n']],
    [['abcd\r\n']],
    [['abcd\r', '\n']],
    [['ab', 'cd', '\n']],
    [['abcd']],
    [['abcd\r']],
  ])('%j fits into four bytes', (chunks) => {
    expect(split(chunks, 4)).toEqual({ lines: ['abcd'] });
  });

  test.each<[readonly string[]]>([
    [['abcde\n']],
    [['abcde']],
    [['abcd', 'e\n']],
    [['abcd', 'e']],
    [['abcd\r', 'e\n']],
    [['abcd\r\r\n']],
    [['€é\n']],
  ])('%j does not', (chunks) => {
    expect(split(chunks, 4)).toEqual({ lines: [], failure: TOO_LONG });
  });

  test('is noticed before the line ends', () => {
    const splitter = createLineSplitter(4);
    expect(splitter.push(bytes('abcd'))).toEqual({ lines: [] });
    expect(splitter.push(bytes('e'))).toEqual({ lines: [], failure: TOO_LONG });
  });

  test('lines before the failure are delivered, those behind it are not', () => {
    expect(split(['a\nb\nabcde\nc\n', 'd\n'], 4)).toEqual({ lines: ['a', 'b'], failure: TOO_LONG });
  });

  test('is 64 MiB unless another is given', () => {
    const limit = 67_108_864;
    const fits = new Uint8Array(limit + 1).fill(0x78);
    fits[limit] = 0x0a;
    expect(
      createLineSplitter()
        .push(fits)
        .lines.map((line) => line.length),
    ).toEqual([limit]);
    expect(createLineSplitter().push(new Uint8Array(limit + 1).fill(0x78)).failure?.reason).toBe('tooLong');
  });
});

describe('encoding', () => {
  test.each([
    ['a stray byte', [0xff, 0x0a]],
    ['half a character', [0xc3, 0x0a]],
    ['half a character at the end', [0x61, 0xe2, 0x82]],
    ['a surrogate', [0xed, 0xa0, 0x80, 0x0a]],
    ['an overlong slash', [0xc0, 0xaf, 0x0a]],
  ])('%s ends the stream', (_, values) => {
    expect(split(['ok\n', Uint8Array.from(values), 'more\n'])).toEqual({ lines: ['ok'], failure: NOT_UTF8 });
  });
});

describe('cost', () => {
  test('64 MiB in chunks of 64 KiB take time in proportion', () => {
    const splitter = createLineSplitter();
    const chunk = new Uint8Array(65_536).fill(0x78);
    const startedAt = performance.now();
    for (let count = 0; count < 1024; count += 1) expect(splitter.push(chunk).lines.length).toBe(0);
    expect(splitter.push(bytes('\n')).lines.map((line) => line.length)).toEqual([67_108_864]);
    // Copying the line again for every chunk would move 32 GiB.
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  test('a million chunks of one byte take time in proportion', () => {
    const splitter = createLineSplitter();
    const chunk = bytes('x');
    const startedAt = performance.now();
    for (let count = 0; count < 1_000_000; count += 1) splitter.push(chunk);
    expect(splitter.push(bytes('\n')).lines.map((line) => line.length)).toEqual([1_000_000]);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
