import type { WireId } from '@holdfast/exec-protocol';

/** A message leaves in pieces of so many bytes: who bounds its frames takes what is longer than one of them may be. */
const SLICE_BYTES = 1024 * 1024;

/**
 * Writes an answer around one long list as slices of the UTF-8 of its message, an element at a time: what is put together in
 * one go keeps others waiting for as long as it is large.
 */
export class ListAnswerWriter {
  readonly #slices: Uint8Array[];
  #bytes = 0;

  /** @param field The member of the result that holds the list, its only one. */
  constructor(id: WireId, field: string) {
    this.#slices = [utf8.encode(`{"id":${id},"result":{${JSON.stringify(field)}:[`)];
  }

  /** Appends an element, unless all of them would have more than `limitBytes` then. @returns whether it was. */
  add(element: unknown, limitBytes = Number.POSITIVE_INFINITY): boolean {
    const separator = this.#bytes === 0 ? '' : ',';
    const bytes = utf8.encode(separator + JSON.stringify(element));
    if (this.#bytes + bytes.length > limitBytes) return false;
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      this.#slices.push(bytes.subarray(at, at + SLICE_BYTES));
    }
    return true;
  }

  /** @returns the message. */
  finish(): readonly Uint8Array[] {
    return [...this.#slices, utf8.encode(']}}')];
  }
}

const utf8 = new TextEncoder();
