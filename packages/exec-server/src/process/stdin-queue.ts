import { ExecError, REMEMBERED_WRITES, STDIN_QUEUE_BYTES, type WriteId } from '@holdfast/exec-protocol';

/** Where the queue writes to. */
export interface StdinSink {
  writeStdin(bytes: Uint8Array, done: (error?: Error) => void): void;
  endStdin(): void;
}

/** What becomes of a write. */
export type WriteStatus = 'accepted' | 'stdinClosed';

interface Pending {
  /** What is written; undefined for the end of input. */
  readonly bytes: Uint8Array | undefined;
  settle(status: WriteStatus): void;
  fail(error: ExecError): void;
}

/** How a queue is set up. */
export interface StdinQueueOptions {
  /** What may wait for the child; default 8 MiB. */
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
  readonly #answers = new Map<WriteId, Promise<WriteStatus>>();
  #pending: Pending[] = [];
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
    const earlier = this.#answers.get(writeId);
    if (earlier !== undefined) return earlier;
    if (this.#state === 'broken') return Promise.reject(brokenStdin());
    if (this.#state !== 'open') return Promise.resolve('stdinClosed');
    const answer = new Promise<WriteStatus>((settle, fail: (error: ExecError) => void) => {
      this.#pending.push({ bytes, settle, fail });
    });
    this.#remember(writeId, answer);
    this.#admit();
    return answer;
  }

  /** Ends stdin after what was written before. */
  end(): WriteStatus {
    if (this.#state !== 'open') return 'stdinClosed';
    if (!this.#isTerminal) this.#state = 'ending';
    this.#pending.push({ bytes: undefined, settle: () => undefined, fail: () => undefined });
    this.#admit();
    return 'accepted';
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
    for (const pending of this.#pending.splice(0)) tell(pending);
  }

  #admit(): void {
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      const isFull = this.#queuedBytes > 0 && this.#queuedBytes >= this.#limitBytes;
      if (next.bytes !== undefined && isFull) break;
      this.#pending.shift();
      if (next.bytes === undefined) this.#endSink();
      else this.#writeSink(next.bytes);
      next.settle('accepted');
    }
  }

  #writeSink(bytes: Uint8Array): void {
    this.#queuedBytes += bytes.length;
    this.#sink?.writeStdin(bytes, (error) => {
      this.#queuedBytes -= bytes.length;
      // There is room now, but nobody whom it would lead to: what waits was not accepted.
      if (error !== undefined) this.close();
      this.#admit();
    });
  }

  #endSink(): void {
    if (!this.#isTerminal) this.#state = 'closed';
    this.#sink?.endStdin();
  }

  #remember(writeId: WriteId, answer: Promise<WriteStatus>): void {
    this.#answers.set(writeId, answer);
    // Whoever asked hears of a failure; the memory of it must not count as unhandled.
    answer.catch(() => undefined);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= REMEMBERED_WRITES) break;
      this.#answers.delete(oldest);
    }
  }
}

function brokenStdin(): ExecError {
  return new ExecError('stdinBroken', 'the process has ended, its stdin takes no more bytes');
}
