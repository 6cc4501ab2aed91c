import { expect } from 'vitest';
import type { Message } from '../raw-client.js';
import { bytesOf } from '../runs.js';

/** What a client of the base wire holds behind a missing event; with more it gives the process up. */
const MAX_PENDING_EVENTS = 256;
const MAX_PENDING_BYTES = 1024 * 1024;

/** An event as a client hands it on. */
export interface PublishedEvent {
  readonly seq: number;
  readonly type: 'output' | 'exited' | 'closed';
  readonly bytes: Buffer;
  /** Of output. */
  readonly stream?: string;
  readonly exitCode?: number;
}

/** What `process/read` answers. */
export interface Page {
  readonly chunks: readonly { readonly seq: number; readonly stream: string; readonly chunk: string }[];
  readonly nextSeq: number;
  readonly exited: boolean;
  readonly exitCode: number | null;
  readonly closed: boolean;
}

const NO_BYTES = Buffer.alloc(0);

/** What a client of the base wire knows of one process: events in order, each once. */
export class LegacyProcess {
  readonly published: PublishedEvent[] = [];
  readonly #pending = new Map<number, PublishedEvent>();
  #pendingBytes = 0;

  get publishedSeq(): number {
    return this.published.at(-1)?.seq ?? 0;
  }

  /** Undefined before it has closed. */
  get exitCode(): number | undefined {
    const isClosed = this.published.at(-1)?.type === 'closed';
    return isClosed ? this.published.find(({ type }) => type === 'exited')?.exitCode : undefined;
  }

  get output(): Buffer {
    return Buffer.concat(this.published.map(({ bytes }) => bytes));
  }

  /** The output of one stream: how those of a process alternate is up to the system. */
  outputOf(wanted: string): Buffer {
    return Buffer.concat(this.published.filter(({ stream }) => stream === wanted).map(({ bytes }) => bytes));
  }

  /** An event was pushed. */
  take({ method, params, ...message }: Message): void {
    const type = method?.slice('process/'.length) as PublishedEvent['type'];
    const exitCode = params?.['exitCode'] as number | undefined;
    const stream = params?.['stream'] as string | undefined;
    this.#hold({
      seq: Number(params?.['seq']),
      type,
      bytes: bytesOf({ ...message, params: params ?? {} }),
      ...(stream === undefined ? {} : { stream }),
      ...(exitCode === undefined ? {} : { exitCode }),
    });
    this.#publish();
    expect(this.#pending.size).toBeLessThanOrEqual(MAX_PENDING_EVENTS);
    expect(this.#pendingBytes).toBeLessThanOrEqual(MAX_PENDING_BYTES);
  }

  /** Adds what a read has answered, and works out the events that such an answer does not name. */
  merge({ chunks, nextSeq, exited, exitCode, closed }: Page): void {
    for (const { seq, stream, chunk } of chunks) {
      this.#hold({ seq, type: 'output', stream, bytes: Buffer.from(chunk, 'base64') });
    }
    if (closed) this.#hold({ seq: nextSeq - 1, type: 'closed', bytes: NO_BYTES });
    const [exitSeq, ...others] = this.#missingBefore(nextSeq);
    // Anything else that is missing is no longer retained, and such a client gives the process up.
    expect({ isExit: exitSeq === undefined || exited, others }).toEqual({ isExit: true, others: [] });
    if (exitSeq !== undefined) {
      this.#hold({ seq: exitSeq, type: 'exited', bytes: NO_BYTES, exitCode: Number(exitCode) });
    }
    this.#publish();
  }

  #missingBefore(nextSeq: number): number[] {
    const missing: number[] = [];
    for (let seq = this.publishedSeq + 1; seq < nextSeq; seq += 1) {
      if (!this.#pending.has(seq)) missing.push(seq);
    }
    return missing;
  }

  #hold(event: PublishedEvent): void {
    if (event.seq <= this.publishedSeq || this.#pending.has(event.seq)) return;
    this.#pending.set(event.seq, event);
    this.#pendingBytes += event.bytes.length;
  }

  #publish(): void {
    for (
      let next = this.#pending.get(this.publishedSeq + 1);
      next !== undefined;
      next = this.#pending.get(this.publishedSeq + 1)
    ) {
      this.#pending.delete(next.seq);
      this.#pendingBytes -= next.bytes.length;
      this.published.push(next);
    }
  }
}
