// A byte order mark is data that the sender wrote, not ours to hide.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that the bytes spell, or undefined where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** So much of a text is encoded at a time: a long one is not there twice. */
const PIECE_LENGTH = 65_536;

const MAX_BYTES_PER_UNIT = 3;

/** How many bytes a text has as UTF-8. */
export function utf8Length(text: string): number {
  const encoder = new TextEncoder();
  const room = new Uint8Array((PIECE_LENGTH + 1) * MAX_BYTES_PER_UNIT);
  let bytes = 0;
  let at = 0;
  while (at < text.length) {
    const end = at + PIECE_LENGTH;
    // Half a character would be counted as another one.
    const piece = text.slice(at, isFirstHalf(text.charCodeAt(end - 1)) ? end + 1 : end);
    bytes += encoder.encodeInto(piece, room).written;
    at += piece.length;
  }
  return bytes;
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
