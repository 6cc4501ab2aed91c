import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MALFORMED_ID, numberOfWireId, parseWireId, wireIdFromNumber, wireIdFromString } from './envelope.js';

test('the id of what could not be read is minus one', () => {
  expect(MALFORMED_ID).toBe(wireIdFromNumber(-1));
});

describe('making an id', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [7, '7'],
    [-7, '-7'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ])('%d is spelled %s', (value, source) => {
    expect(wireIdFromNumber(value)).toBe(source);
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%d is no id', (value) => {
    expect(() => wireIdFromNumber(value)).toThrow(RangeError);
  });

  test('a text is quoted and escaped', () => {
    expect(wireIdFromString('a"b')).toBe('"a\\"b"');
    expect(wireIdFromString('')).toBe('""');
  });
});

describe('reading an id', () => {
  test.each([
    ['0', '0'],
    ['-1', '-1'],
    ['9007199254740993', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['""', '""'],
    ['"7"', '"7"'],
    ['"\\u0061"', '"a"'],
    ['"\\/"', '"/"'],
  ])('%s is the id %s', (source, id) => {
    expect(parseWireId(source)).toBe(id);
  });

  test.each([
    '9223372036854775808',
    '-9223372036854775809',
    '99999999999999999999',
    '1.0',
    '1e3',
    '1E0',
    '-0',
    '+1',
    '01',
    '-',
    '',
    ' 1',
    'null',
    'true',
    '{}',
    '[]',
    '"a',
    '"\\x"',
    "'a'",
  ])('%j is none', (source) => {
    expect(parseWireId(source)).toBeUndefined();
  });

  test('every 64-bit integer and every text is read back as it was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(parseWireId(String(value))).toBe(String(value));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseWireId(wireIdFromString(text))).toBe(wireIdFromString(text));
      }),
    );
  });
});

test.each([
  [wireIdFromNumber(7), 7],
  [wireIdFromNumber(-7), -7],
  [parseWireId('9007199254740991'), 9007199254740991],
  [parseWireId('9007199254740992'), undefined],
  [wireIdFromString('7'), undefined],
])('the id %s is the number %s', (id, value) => {
  expect(id && numberOfWireId(id)).toBe(value);
});
