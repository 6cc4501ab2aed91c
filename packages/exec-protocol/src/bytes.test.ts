import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  base64Bytes,
  base64Length,
  decodeBase64,
  encodeBase64,
  nativeBase64,
  portableBase64,
  writeBase64,
} from './bytes.js';

const native = nativeBase64() ?? portableBase64;
const conversions = [
  ['portable', portableBase64],
  ['native', native],
] as const;

const bytes = fc.uint8Array({ maxLength: 200 });
/** Texts near base64: canonical ones with a character changed, put in or taken out. */
const nearlyBase64 = fc
  .tuple(
    bytes,
    fc.nat(),
    fc.constantFrom('', ' ', '\n', '=', '-', '_', 'A', 'B', 'ü', '\u{1f600}', '\0'),
    fc.boolean(),
  )
  .map(([value, where, mark, replaces]) => {
    const text = Buffer.from(value).toString('base64');
    const at = where % (text.length + 1);
    return text.slice(0, at) + mark + text.slice(at + (replaces ? 1 : 0));
  });

test('this platform has a native conversion, so that both are tested', () => {
  expect(nativeBase64()).toBeDefined();
});

describe.each(conversions)('the %s conversion', (_, base64) => {
  test.each([
    ['', []],
    ['AA==', [0]],
    ['/+8=', [0xff, 0xef]],
    ['b3V0Cg==', [0x6f, 0x75, 0x74, 0x0a]],
    ['////', [0xff, 0xff, 0xff]],
  ])('%j is %j both ways', (text, values) => {
    expect(base64.encode(Uint8Array.from(values))).toBe(text);
    expect(base64.decode(text)).toEqual({ ok: true, bytes: Uint8Array.from(values) });
  });

  test.each([
    ['A', 1],
    ['AA', 2],
    ['AAA', 3],
    ['AA=', 3],
    ['=', 1],
    ['====', 0],
    ['A===', 1],
    ['AA==AAAA', 2],
    ['AAAA==', 6],
    ['AA-_', 2],
    ['AA AA===', 2],
    ['AAAA\n', 4],
    ['ü===', 0],
    ['AB==', 1],
    ['AAB=', 2],
    ['AI==', 1],
    ['AAC=', 2],
  ])('%j is refused at offset %i', (text, offset) => {
    expect(base64.decode(text)).toMatchObject({ ok: false, offset });
  });

  test('a refusal names the symbol and the remedy', () => {
    expect(base64.decode('AAA!')).toEqual({
      ok: false,
      offset: 3,
      message: 'unexpected "!" at offset 3; send standard base64, padded, without white space',
    });
    expect(base64.decode('AAAAA')).toEqual({
      ok: false,
      offset: 5,
      message: '5 characters of base64 are not a multiple of four; send whole groups, padded with "="',
    });
    expect(base64.decode('AB==')).toEqual({
      ok: false,
      offset: 1,
      message: 'the last symbol "B" at offset 1 has bits beyond the last byte; set them to zero',
    });
  });

  test('any bytes survive', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(base64.decode(base64.encode(value))).toEqual({ ok: true, bytes: value });
      }),
    );
  });

  test('text written into a buffer is the text that encoding gives, and nothing beside it changes', () => {
    fc.assert(
      fc.property(bytes, fc.nat(5), (value, at) => {
        const text = base64.encode(value);
        const target = new Uint8Array(at + text.length + 5).fill(0x2a);
        expect([base64.write(value, target, at), base64Length(value.length)]).toEqual([
          text.length,
          text.length,
        ]);
        expect(Buffer.from(target).toString('latin1')).toBe(`${'*'.repeat(at)}${text}*****`);
      }),
    );
  });

  test('what is accepted has one spelling only', () => {
    fc.assert(
      fc.property(nearlyBase64, (text) => {
        const decoded = base64.decode(text);
        expect(decoded.ok ? base64.encode(decoded.bytes) : text).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test('a window of a larger buffer is encoded alone', () => {
    expect(base64.encode(Uint8Array.of(1, 2, 3, 4, 5).subarray(1, 4))).toBe('AgME');
  });

  test('decoded bytes own all of their memory', () => {
    const decoded = base64.decode('AgME');
    expect(decoded.ok && decoded.bytes.buffer.byteLength).toBe(3);
  });

  test('a megabyte survives', () => {
    const value = Uint8Array.from({ length: 1_000_001 }, (__, index) => (index * 7919) >> 3);
    const decoded = base64.decode(base64.encode(value));
    // Compared by the platform: the assertion library takes seconds for so many elements.
    expect(decoded.ok && Buffer.compare(decoded.bytes, value)).toBe(0);
  });
});

describe('both conversions agree', () => {
  test('on the text of any bytes', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(native.encode(value)).toBe(portableBase64.encode(value));
      }),
    );
  });

  test('on any text, canonical or not', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyBase64, fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        expect(native.decode(text)).toEqual(portableBase64.decode(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the schema', () => {
  test('turns text into bytes and bytes into text', () => {
    expect(z.decode(base64Bytes, 'b3V0Cg==')).toEqual(Uint8Array.of(0x6f, 0x75, 0x74, 0x0a));
    expect(z.encode(base64Bytes, Uint8Array.of(0x6f, 0x75, 0x74, 0x0a))).toBe('b3V0Cg==');
  });

  test('reports what is wrong with the text', () => {
    expect(base64Bytes.safeParse('AA').error?.issues).toEqual([
      {
        code: 'custom',
        path: [],
        message: '2 characters of base64 are not a multiple of four; send whole groups, padded with "="',
      },
    ]);
  });

  test('takes nothing but text', () => {
    expect(base64Bytes.safeParse(5).success).toBe(false);
  });

  test('is base64 text in JSON Schema', () => {
    expect(z.toJSONSchema(base64Bytes, { io: 'input' })).toMatchObject({
      type: 'string',
      contentEncoding: 'base64',
    });
  });
});

test('the exported functions convert both ways', () => {
  expect(encodeBase64(Uint8Array.of(1))).toBe('AQ==');
  expect(decodeBase64('AQ==')).toEqual({ ok: true, bytes: Uint8Array.of(1) });
  const target = new Uint8Array(5);
  expect([writeBase64(Uint8Array.of(1), target, 1), Buffer.from(target).toString()]).toEqual([4, '\0AQ==']);
});
