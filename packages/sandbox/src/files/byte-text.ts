import { isUtf8 } from 'node:buffer';

/**
 * Text for bytes that are a path, or hold some, so that no two paths become the same text: each byte that is not UTF-8 becomes the
 * half of a surrogate pair, which no UTF-8 stands for. What prints such a text shows U+FFFD there.
 */
export function textOfBytes(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return Buffer.from(bytes).toString();
  const characters: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = characterAt(bytes, at);
    const character = bytes.subarray(at, at + Math.max(length, 1));
    characters.push(
      length === 0 ? String.fromCharCode(FIRST_HALF + (bytes[at] ?? 0)) : TEXT.decode(character),
    );
    at += character.length;
  }
  return characters.join('');
}

/** The bytes for which `textOfBytes` gave a text; of any other one its UTF-8. */
export function bytesOfText(text: string): Buffer {
  if (!LONE_HALF.test(text)) return Buffer.from(text);
  return Buffer.concat(
    Array.from(text, (character) => {
      const byte = character.charCodeAt(0) - FIRST_HALF;
      return character.length === 1 && byte >= 0x80 && byte <= 0xff
        ? Buffer.of(byte)
        : Buffer.from(character);
    }),
  );
}

/** How many bytes the character takes that begins there; 0 where none does. */
function characterAt(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= LONGEST && at + length <= bytes.length; length += 1) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}

const LONE_HALF = /\p{Surrogate}/u;

/** Of UTF-8, in bytes. */
const LONGEST = 4;

/** To which a byte is added; those from 0x80 on are what can be no UTF-8. */
const FIRST_HALF = 0xdc00;

const TEXT = new TextDecoder('utf-8', { ignoreBOM: true });
