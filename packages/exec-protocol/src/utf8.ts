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
