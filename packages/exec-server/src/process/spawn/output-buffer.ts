/** What is read at a time. It becomes base64 without padding, and is short enough for V8 to handle the text fast. */
export const CHUNK_BYTES = 24 * 1024;

/**
 * No pipe of an unprivileged process and no terminal holds more, so a drain of this length has seen all that was in it when
 * it began; somebody who goes on writing cannot keep the drain going.
 */
export const DRAIN_BYTES = 1024 * 1024;

/** One for all readers: a read and the use of its bytes are never apart, and an idle process needs no buffer. */
export const outputBuffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
