const LENGTH = 1 << 16;

// Each byte depends on its place, and no two places near each other look alike.
const PATTERN = Uint8Array.from({ length: LENGTH }, (_, at) => (at * 7 + (at >> 8) * 13 + (at >> 4)) & 0xff);

/** Bytes that a child prints from an offset of its output on: a swap, a hole or a repeat shows. */
export function patternAt(offset: number, length: number, salt: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const from = (offset + at + salt * 977) % LENGTH;
    const part = PATTERN.subarray(from, from + length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
