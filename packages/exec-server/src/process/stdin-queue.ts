import { type ExecError, STDIN_QUEUE_BYTES, type WriteId } from '@holdfast/exec-protocol';
import { Fifo } from '../fifo.js';
import { brokenStdin, RememberedWrites, type WriteStatus } from './remembered-writes.js';

/** Where the queue writes to. */
export interface StdinSink {
  writeStdin(bytes: Uint8Array, done: (error?: Error) => void): void;
  endStdin(done: (error?: Error) => void): void;
}

interface Pending {
  /** What is written; undefined for the end of input. */
  readonly bytes: Uint8Array | undefined;
  settle(status: WriteStatus): void;
  fail(error: ExecError): void;
}

/** What each write and end of input counts for beside its bytes, since many may have none. */
const ENTRY_BYTES = 512;

/** How a queue is set up. */
export interface StdinQueueOptions {
  /** What may wait for the child, where each write and end of input counts for 512 bytes more; default 8 MiB. */
  readonly limitBytes?: number;
  /** An end of input on a terminal ends one read of the child and not its stdin: more may follow. */
  readonly isTerminal?: boolean;
}

/**
 * Stdin of one process, in order.
 *
 * A write is answered when there is room for it, so a child that does not read slows its writers down and nobody else.
 * The answer to a repeated write id is the answer to the first, also while that one still waits.
 */
export class StdinQueue {
  /** Until the process has ended. */
  #sink: StdinSink | undefined;
  readonly #limitBytes: number;
  readonly #answers = new RememberedWrites();
  readonly #pending = new Fifo<Pending>();
  #queuedBytes = 0;
  readonly #isTerminal: boolean;
  #state: 'open' | 'ending' | 'closed' | 'broken' = 'open';

  constructor(
    sink: StdinSink,
    { limitBytes = STDIN_QUEUE_BYTES, isTerminal = false }: StdinQueueOptions = {},
  ) {
    this.#sink = sink;
    this.#limitBytes = limitBytes;
    this.#isTerminal = isTerminal;
  }

  /** @throws ExecError `stdinBroken` when the process has ended. */
  write(writeId: WriteId, bytes: Uint8Array): Promise<WriteStatus> {
    const earlier = this.#answers.answerOf(writeId);
    if (earlier !== undefined) return earlier;
    if (this.#state === 'broken') return Promise.reject(brokenStdin());
    if (this.#state !== 'open') return Promise.resolve('stdinClosed');
    const answer = new Promise<WriteStatus>((settle, fail: (error: ExecError) => void) => {
      this.#pending.add({ bytes, settle, fail });
    });
    this.#answers.remember(writeId, answer);
    this.#admit();
    return answer;
  }

  /** Ends stdin after what was written before. On a terminal, where there may be many, it is answered as a write is. */
  end(): Promise<WriteStatus> {
    if (this.#state !== 'open') return Promise.resolve('stdinClosed');
    if (!this.#isTerminal) this.#state = 'ending';
    const answer = new Promise<WriteStatus>((settle) => {
      const fail = (): void => {
        settle('stdinClosed');
      };
      this.#pending.add({ bytes: undefined, settle, fail });
    });
    this.#admit();
    return this.#isTerminal ? answer : Promise.resolve('accepted');
  }

  /** The child has closed its stdin: what waits was not taken. */
  close(): void {
    this.#stop('closed', (pending) => {
      pending.settle('stdinClosed');
    });
  }

  /** The process has ended. */
  break(): void {
    this.#stop('broken', (pending) => {
      pending.fail(brokenStdin());
    });
    this.#sink = undefined;
  }

  #stop(state: 'closed' | 'broken', tell: (pending: Pending) => void): void {
    if (this.#state === 'broken') return;
    this.#state = state;
    for (let next = this.#pending.take(); next !== undefined; next = this.#pending.take()) tell(next);
  }

  #admit(): void {
    for (let next = this.#pending.first; next !== undefined; next = this.#pending.first) {
      const isFull = this.#queuedBytes > 0 && this.#queuedBytes >= this.#limitBytes;
      if (isFull && (next.bytes !== undefined || this.#isTerminal)) break;
      this.#pending.take();
      if (next.bytes === undefined) this.#endSink();
      else this.#writeSink(next.bytes);
      next.settle('accepted');
    }
  }

  #writeSink(bytes: Uint8Array): void {
    this.#sink?.writeStdin(bytes, this.#count(bytes.length));
  }

  #endSink(): void {
    if (!this.#isTerminal) this.#state = 'closed';
    this.#sink?.endStdin(this.#count(0));
  }

  /** An entry waits for the child. @returns what is called when it does no longer. */
  #count(bytes: number): (error?: Error) => void {
    const counted = bytes + ENTRY_BYTES;
    this.#queuedBytes += counted;
    return (error) => {
      this.#queuedBytes -= counted;
      // There is room now, but nobody whom it would lead to: what waits was not accepted.
      if (error !== undefined) this.close();
      this.#admit();
    };
  }
}
