import type * as z from 'zod';
import { base64Length, writeBase64 } from '../bytes.js';
import type { processRead } from '../methods/process.js';
import type { SandboxDenial } from '../methods/sandbox-verdict.js';
import type { WireId } from './envelope.js';

type ReadResult = z.output<(typeof processRead)['result']>;

/** A chunk of an answer to `process/read`, with the number of its bytes in place of the bytes. */
export type ReadChunkOutline = Omit<ReadResult['chunks'][number], 'chunk'> & { readonly length: number };

/** An answer to `process/read` without the bytes of its output. */
export type ReadOutline = Omit<ReadResult, 'chunks' | 'denial'> & {
  readonly chunks: readonly ReadChunkOutline[];
  readonly denial?: SandboxDenial;
};

/**
 * Writes the answer to a `process/read` as the UTF-8 of its message, piece by piece. As text it would exist several times
 * over, and V8 keeps text of that length for long.
 */
export class ReadAnswerWriter {
  /** Bytes of the whole message. */
  readonly length: number;
  readonly #chunks: readonly ReadChunkOutline[];
  readonly #head: Uint8Array;
  readonly #tail: Uint8Array;
  #target: Uint8Array = new Uint8Array(0);
  #written = 0;
  #next = 0;

  constructor(id: WireId, { chunks, ...state }: ReadOutline) {
    this.#chunks = chunks;
    this.#head = utf8.encode(`{"id":${id},"result":{"chunks":[`);
    this.#tail = utf8.encode(`],${JSON.stringify(state).slice(1)}}`);
    const lengths = chunks.map(
      (chunk) => headOf(chunk).length + base64Length(chunk.length) + endOf(chunk).length,
    );
    const commas = Math.max(0, chunks.length - 1);
    this.length = lengths.reduce(
      (sum, length) => sum + length,
      this.#head.length + this.#tail.length + commas,
    );
  }

  /** Begins to write, at the start of `target`, which has room for `length` bytes. */
  begin(target: Uint8Array): void {
    this.#target = target.subarray(0, this.length);
    this.#append(this.#head);
  }

  /**
   * Writes the next chunk that has bytes, and what comes before it.
   * @throws RangeError unless these are as many bytes as was said.
   */
  write(bytes: Uint8Array): void {
    this.#writeEmpty();
    const chunk = this.#chunks[this.#next];
    if (chunk?.length !== bytes.length) {
      throw new RangeError(`${bytes.length} bytes do not belong into a chunk of ${chunk?.length ?? 0}`);
    }
    this.#writeChunk(chunk, bytes);
  }

  /** Writes the end. @returns the message. */
  finish(): Uint8Array {
    this.#writeEmpty();
    this.#append(this.#tail);
    if (this.#written !== this.length) throw new RangeError('a chunk of the answer was not written');
    return this.#target;
  }

  #writeEmpty(): void {
    for (let chunk = this.#chunks[this.#next]; chunk?.length === 0; chunk = this.#chunks[this.#next]) {
      this.#writeChunk(chunk, NO_BYTES);
    }
  }

  #writeChunk(chunk: ReadChunkOutline, bytes: Uint8Array): void {
    if (this.#next > 0) this.#writeText(',');
    this.#writeText(headOf(chunk));
    this.#written += writeBase64(bytes, this.#target, this.#written);
    this.#writeText(endOf(chunk));
    this.#next += 1;
  }

  #writeText(text: string): void {
    this.#written += utf8.encodeInto(text, this.#target.subarray(this.#written)).written;
  }

  #append(bytes: Uint8Array): void {
    this.#target.set(bytes, this.#written);
    this.#written += bytes.length;
  }
}

const utf8 = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

function headOf({ seq, stream }: ReadChunkOutline): string {
  return `{"seq":${String(seq)},"stream":"${stream}","chunk":"`;
}

function endOf({ size }: ReadChunkOutline): string {
  return size === undefined ? '"}' : `","size":${JSON.stringify(size)}}`;
}
