import { refuse } from '../refuse.js';

/** A string of the profile language. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** Bytes that a pattern may have; a longer one makes the whole profile invalid. */
const MAX_PATTERN_BYTES = 900;

/**
 * A pattern of the profile language, which knows no way to write a quotation mark.
 * @throws ExecError `sandboxUnsupported` when it is too long.
 */
export function rawPattern(pattern: string): string {
  if (Buffer.byteLength(pattern) > MAX_PATTERN_BYTES) {
    refuse(
      'sandbox',
      `the path in ${pattern.slice(0, 64)}… is too long to be kept from appearing; deny its directory`,
    );
  }
  // Any character in its place denies a little more.
  return `#"${pattern.replace(/["\p{Cc}]/gu, '.')}"`;
}
