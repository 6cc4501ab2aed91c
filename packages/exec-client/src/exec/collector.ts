import { EXEC_BUFFER_BYTES } from '@holdfast/exec-protocol';
import type { OutputEvent } from '../process/events.js';

/** What was collected of a command. */
export interface Collected {
  readonly chunks: readonly CollectedChunk[];
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
}

/** A piece of one stream. What a terminal merged counts as stdout. */
export interface CollectedChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** Keeps the first bytes of both streams, in the order in which they came. */
export class Collector {
  readonly #limitBytes: number;
  readonly #chunks: CollectedChunk[] = [];
  readonly #sizes = { stdout: 0, stderr: 0 };
  readonly #truncated = { stdout: false, stderr: false };

  /** @param limitBytes What is kept of each stream; what comes beyond is dropped. */
  constructor(limitBytes: number = EXEC_BUFFER_BYTES) {
    this.#limitBytes = limitBytes;
  }

  add(event: OutputEvent): void {
    const stream = event.stream === 'stderr' ? 'stderr' : 'stdout';
    const room = this.#limitBytes - this.#sizes[stream];
    const bytes = event.bytes.length > room ? event.bytes.subarray(0, room) : event.bytes;
    if (bytes.length < event.bytes.length) this.#truncated[stream] = true;
    if (bytes.length === 0) return;
    this.#sizes[stream] += bytes.length;
    this.#chunks.push({ stream, bytes });
  }

  finish(): Collected {
    return { chunks: this.#chunks, truncated: { ...this.#truncated } };
  }
}
