import * as z from 'zod';

/** Bytes, or the first character of a text that does not belong into base64. */
export type Base64Decoded =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly offset: number; readonly message: string };

/** One way to convert. All of them give the same answers. */
export interface Base64 {
  encode(bytes: Uint8Array): string;
  /** Writes the text into `target` from `at` on. @returns how many bytes it takes there. */
  write(bytes: Uint8Array, target: Uint8Array, at: number): number;
  decode(text: string): Base64Decoded;
}

/** The conversion that runs everywhere. */
export const portableBase64: Base64 = {
  encode: encodePortably,
  write: writePortably,
  decode: decodePortably,
};

/** A conversion through the platform's `Buffer`, many times faster; undefined where there is none. */
export function nativeBase64(): Base64 | undefined {
  const { Buffer: factory } = globalThis as { readonly Buffer?: NativeBufferFactory };
  if (typeof factory?.from !== 'function') return undefined;
  const view = (bytes: Uint8Array): NativeBuffer =>
    factory.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encode = (bytes: Uint8Array): string => view(bytes).toString('base64');
  const write = (bytes: Uint8Array, target: Uint8Array, at: number): number =>
    view(target).write(encode(bytes), at, 'latin1');
  const decode = (text: string): Base64Decoded => {
    const bytes = new Uint8Array(decodedLength(text));
    // The platform skips what it does not know, so that there are fewer bytes than there should be.
    const isWhole =
      factory.byteLength(text) === text.length && view(bytes).write(text, 0, 'base64') === bytes.length;
    return isWhole && isCanonical(text) ? { ok: true, bytes } : decodePortably(text);
  };
  return { encode, write, decode };
}

const fastest = nativeBase64() ?? portableBase64;

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return fastest.encode(bytes);
}

/** Characters of the base64 of so many bytes. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Writes the base64 of `bytes` into `target` from `at` on. @returns how many bytes it takes there. */
export function writeBase64(bytes: Uint8Array, target: Uint8Array, at: number): number {
  return fastest.write(bytes, target, at);
}

/** The bytes of standard base64: padded, without white space, unused bits zero. Anything else is refused. */
export function decodeBase64(text: string): Base64Decoded {
  return fastest.decode(text);
}

/** The fields of an object that were defined as `base64Bytes`. */
export function base64FieldsOf(schema: z.ZodType): readonly string[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, z.ZodType>> = schema.shape;
  const fields = Object.entries(shape);
  return fields.flatMap(([name, field]) => (isBase64(field) ? [name] : []));
}

/** Bytes that travel as base64 text. */
export const base64Bytes = z.codec(
  z.string().meta({ contentEncoding: 'base64' }),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode: (text, context) => {
      const decoded = decodeBase64(text);
      if (decoded.ok) return decoded.bytes;
      context.issues.push({ code: 'custom', input: text, message: decoded.message });
      return z.NEVER;
    },
    encode: encodeBase64,
  },
);

function isBase64(field: z.ZodType): boolean {
  if (field instanceof z.ZodOptional) {
    const inner: unknown = field.unwrap();
    return inner instanceof z.ZodType && isBase64(inner);
  }
  // A description makes another schema of it, around the same text.
  return field instanceof z.ZodCodec && field.in === base64Bytes.in;
}

interface NativeBuffer {
  toString(encoding: 'base64'): string;
  write(text: string, at: number, encoding: 'base64' | 'latin1'): number;
}

interface NativeBufferFactory {
  byteLength(text: string): number;
  from(buffer: ArrayBufferLike, byteOffset: number, length: number): NativeBuffer;
}

const PAD = 0x3d;
const UNKNOWN = 0xff;
const SYMBOLS = codesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const VALUES = valueTable();
const ascii = new TextDecoder();

function encodePortably(bytes: Uint8Array): string {
  const codes = new Uint8Array(base64Length(bytes.length));
  writePortably(bytes, codes, 0);
  return ascii.decode(codes);
}

function writePortably(bytes: Uint8Array, target: Uint8Array, at: number): number {
  const length = base64Length(bytes.length);
  const codes = target.subarray(at, at + length).fill(PAD);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const left = bytes.length - from;
    const bits = (byteAt(bytes, from) << 16) | (byteAt(bytes, from + 1) << 8) | byteAt(bytes, from + 2);
    codes[to] = byteAt(SYMBOLS, bits >> 18);
    codes[to + 1] = byteAt(SYMBOLS, (bits >> 12) & 63);
    if (left > 1) codes[to + 2] = byteAt(SYMBOLS, (bits >> 6) & 63);
    if (left > 2) codes[to + 3] = byteAt(SYMBOLS, bits & 63);
  }
  return length;
}

function decodePortably(text: string): Base64Decoded {
  const symbols = text.length - paddingOf(text);
  const bytes = new Uint8Array(decodedLength(text));
  let bits = 0;
  let to = 0;
  for (let at = 0; at < symbols; at += 1) {
    const value = VALUES[text.charCodeAt(at)] ?? UNKNOWN;
    if (value === UNKNOWN) return unexpectedSymbol(text, at);
    bits = ((bits << 6) | value) & 0xffffff;
    // The first symbol of four completes no byte, each of the others does.
    const place = at % 4;
    if (place > 0) bytes[to++] = bits >> (6 - 2 * place);
  }
  if (text.length % 4 !== 0) return unfinished(text);
  // Behind the last byte, one or two symbols carry bits that mean nothing.
  const unused = paddingOf(text) === 2 ? bits & 0b1111 : paddingOf(text) === 1 ? bits & 0b11 : 0;
  return unused === 0 ? { ok: true, bytes } : nonZeroRest(text, symbols - 1);
}

/** Whether a text that the platform has taken as a whole is standard base64 and no other spelling of the same bytes. */
function isCanonical(text: string): boolean {
  if (text.length % 4 !== 0 || text.includes('-') || text.includes('_')) return false;
  const padding = paddingOf(text);
  if (padding === 0) return true;
  const last = VALUES[text.charCodeAt(text.length - padding - 1)] ?? UNKNOWN;
  return (last & (padding === 2 ? 0b1111 : 0b11)) === 0;
}

function paddingOf(text: string): number {
  if (!text.endsWith('=')) return 0;
  return text.endsWith('==') ? 2 : 1;
}

/** Bytes that a canonical text stands for; some number of them for any other text. */
function decodedLength(text: string): number {
  return Math.floor(((text.length - paddingOf(text)) * 3) / 4);
}

function unexpectedSymbol(text: string, offset: number): Base64Decoded {
  const symbol = JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0));
  const message = `unexpected ${symbol} at offset ${String(offset)}; send standard base64, padded, without white space`;
  return { ok: false, offset, message };
}

function unfinished(text: string): Base64Decoded {
  const length = String(text.length);
  const message = `${length} characters of base64 are not a multiple of four; send whole groups, padded with "="`;
  return { ok: false, offset: text.length, message };
}

function nonZeroRest(text: string, offset: number): Base64Decoded {
  const symbol = JSON.stringify(text.charAt(offset));
  const message = `the last symbol ${symbol} at offset ${String(offset)} has bits beyond the last byte; set them to zero`;
  return { ok: false, offset, message };
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function codesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function valueTable(): Uint8Array {
  const table = new Uint8Array(128).fill(UNKNOWN);
  for (const [value, code] of SYMBOLS.entries()) table[code] = value;
  return table;
}
