import type { Readable } from 'node:stream';
import { MAX_BODY_DELTA_BYTES } from '@holdfast/exec-protocol';
import { reasonOf } from './http-client.js';

/** A piece of a streamed body; the last one is empty. */
export interface BodyDelta {
  /** 1, 2, 3 … */
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly done: boolean;
  /** Why the body is not whole. */
  readonly error: string | null;
}

/** A body that is taken piece by piece, as fast as whoever takes it; the sender waits meanwhile. */
export class BodyStream {
  readonly #body: Readable;
  readonly #limitBytes: number;
  #seq = 0;
  #end: { readonly error: string | null } | undefined;
  #isDone = false;

  /** @param onNews A piece can be taken. */
  constructor(body: Readable, onNews: () => void, limitBytes: number = MAX_BODY_DELTA_BYTES) {
    this.#body = body;
    this.#limitBytes = limitBytes;
    body.on('readable', onNews);
    body.on('end', () => {
      this.#finish(null, onNews);
    });
    body.on('error', (error) => {
      this.#finish(reasonOf(error), onNews);
    });
    body.on('close', () => {
      this.#finish('the response ended before its body was whole', onNews);
    });
  }

  /** The next piece, or undefined when there is none for now or any more. */
  take(): BodyDelta | undefined {
    if (this.#isDone) return undefined;
    const bytes = this.#read();
    if (bytes !== undefined) return this.#delta(bytes, null);
    if (this.#end === undefined) return undefined;
    this.#isDone = true;
    return this.#delta(NOTHING, this.#end);
  }

  close(): void {
    this.#isDone = true;
    this.#body.destroy();
  }

  #read(): Uint8Array | undefined {
    const ready = Math.min(this.#body.readableLength, this.#limitBytes);
    if (ready === 0) {
      // Asks for more; without this nothing further becomes readable.
      this.#body.read(0);
      return undefined;
    }
    return (this.#body.read(ready) as Buffer | null) ?? undefined;
  }

  #delta(bytes: Uint8Array, end: { readonly error: string | null } | null): BodyDelta {
    this.#seq += 1;
    return { seq: this.#seq, bytes, done: end !== null, error: end?.error ?? null };
  }

  #finish(error: string | null, onNews: () => void): void {
    this.#end ??= { error };
    onNews();
  }
}

const NOTHING = new Uint8Array(0);
