import { base64Length, writeBase64 } from '../bytes.js';
import type { WireId } from './envelope.js';

/** Content that is written at once: as base64 a slice of 1 MiB. A multiple of three needs no padding in between. */
export const CONTENT_SLICE_BYTES = 768 * 1024;

/**
 * Writes an answer around one long content as slices of the UTF-8 of its message, while the content comes. As text it would
 * have to be put together in one go, which takes seconds for some hundred MiB.
 */
export class ContentAnswerWriter {
  readonly #slices: Uint8Array[];
  #pending = new Uint8Array(0);
  #pendingBytes = 0;

  /**
   * @param field The member of the result that holds the content, in base64.
   * @param others The other members, which come before it.
   */
  constructor(id: WireId, field: string, others: Readonly<Record<string, unknown>> = {}) {
    const members = JSON.stringify(others).slice(1, -1);
    const before = members === '' ? '' : `${members},`;
    this.#slices = [utf8.encode(`{"id":${id},"result":{${before}${JSON.stringify(field)}:"`)];
  }

  /** Appends to the content. The bytes are taken at once, so that their place may be used again. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      this.#makeRoomFor(bytes.length - at);
      const taken = bytes.subarray(at, at + this.#pending.length - this.#pendingBytes);
      this.#pending.set(taken, this.#pendingBytes);
      this.#pendingBytes += taken.length;
      at += taken.length;
      if (this.#pendingBytes === CONTENT_SLICE_BYTES) this.#flush();
    }
  }

  /** Writes the end. @returns the message. */
  finish(): readonly Uint8Array[] {
    if (this.#pendingBytes > 0) this.#flush();
    this.#slices.push(utf8.encode('"}}'));
    return this.#slices;
  }

  /** For one byte more at least. It grows with the content, for most contents are short. */
  #makeRoomFor(bytes: number): void {
    const wanted = Math.min(CONTENT_SLICE_BYTES, this.#pendingBytes + bytes);
    if (wanted <= this.#pending.length) return;
    const grown = new Uint8Array(Math.min(CONTENT_SLICE_BYTES, Math.max(wanted, 2 * this.#pending.length)));
    grown.set(this.#pending.subarray(0, this.#pendingBytes));
    this.#pending = grown;
  }

  #flush(): void {
    const slice = new Uint8Array(base64Length(this.#pendingBytes));
    writeBase64(this.#pending.subarray(0, this.#pendingBytes), slice, 0);
    this.#slices.push(slice);
    this.#pendingBytes = 0;
  }
}

const utf8 = new TextEncoder();
