import { ExecError, type processWrite, type ResultOf, type WriteId } from '@holdfast/exec-protocol';
import { createDeferred, type Deferred } from '../deferred.js';
import { newWriteId } from '../id.js';

/**
 * Bytes in one request: large ones cost less each, but what comes after them on the connection waits longer. Multiples of
 * three need no padding.
 */
export const WRITE_PIECE_BYTES = 192 * 1024;

/** What the writer needs of the connection. */
export interface StdinPort {
  /** Requests that may be under way at once; more than one only where the server keeps their order. */
  readonly depth: number;
  write(chunk: Uint8Array, writeId: WriteId): Promise<ResultOf<typeof processWrite>['status']>;
  /** Ends stdin after what was sent before. */
  end(): Promise<unknown>;
}

interface Job {
  /** Requests still to be sent, in order. */
  readonly steps: Iterator<Step, undefined>;
  next: Step | undefined;
  unanswered: number;
  readonly done: Deferred<undefined>;
}

type Step = () => Promise<void>;

/**
 * Stdin of one process: writes reach it in the order of the calls, cut into pieces. After a failure nothing more is
 * sent, because what came behind the hole would not be what was written.
 */
export class StdinWriter {
  readonly #port: StdinPort;
  #jobs: Job[] = [];
  readonly #open = new Set<Job>();
  #underWay = 0;
  #isStarted = false;
  #ended: Promise<void> | undefined;
  #broken: { readonly reason: unknown } | undefined;

  constructor(port: StdinPort) {
    this.#port = port;
  }

  /** The process exists; what was written before is sent now. */
  started(): void {
    this.#isStarted = true;
    this.#pump();
  }

  /** Nothing can be written any more. What is under way ends with what is answered to it. */
  fail(reason: unknown): void {
    this.#broken ??= { reason };
    this.#jobs = [];
    for (const job of this.#open) if (job.unanswered === 0) this.#reject(job, this.#broken.reason);
  }

  /** Resolves when the server has taken everything. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#ended !== undefined) {
      return Promise.reject(new ExecError('stdinClosed', 'stdin was ended; write before you end it'));
    }
    return this.#add(this.#pieces(bytes));
  }

  /** Ends stdin after everything that was written before; safe to call again. */
  end(): Promise<void> {
    const step: Step = async () => {
      await this.#port.end();
    };
    this.#ended ??= this.#add([step].values());
    return this.#ended;
  }

  *#pieces(bytes: Uint8Array): Generator<Step, undefined> {
    for (let at = 0; at < bytes.length; at += WRITE_PIECE_BYTES) {
      const piece = bytes.subarray(at, at + WRITE_PIECE_BYTES);
      yield async () => {
        refuseUnless(await this.#port.write(piece, newWriteId()));
      };
    }
  }

  #add(steps: Iterator<Step, undefined>): Promise<void> {
    const job: Job = { steps, next: steps.next().value, unanswered: 0, done: createDeferred() };
    if (this.#broken !== undefined) return Promise.reject(this.#broken.reason);
    this.#jobs.push(job);
    this.#open.add(job);
    this.#pump();
    return job.done.promise;
  }

  #pump(): void {
    while (this.#isStarted && this.#underWay < this.#port.depth) {
      const job = this.#jobs[0];
      if (job === undefined) return;
      if (job.next === undefined) {
        this.#jobs.shift();
        this.#finishIfAnswered(job);
        continue;
      }
      const step = job.next;
      job.next = job.steps.next().value;
      void this.#run(job, step);
    }
  }

  async #run(job: Job, step: Step): Promise<void> {
    this.#underWay += 1;
    job.unanswered += 1;
    try {
      await step();
      job.unanswered -= 1;
      this.#finishIfAnswered(job);
    } catch (error) {
      this.#reject(job, error);
      this.fail(error);
    } finally {
      this.#underWay -= 1;
      this.#pump();
    }
  }

  #finishIfAnswered(job: Job): void {
    if (job.unanswered > 0) return;
    if (job.next === undefined) {
      this.#open.delete(job);
      job.done.resolve(undefined);
    } else if (this.#broken !== undefined) {
      this.#reject(job, this.#broken.reason);
    }
  }

  #reject(job: Job, reason: unknown): void {
    this.#open.delete(job);
    job.done.reject(reason);
  }
}

function refuseUnless(status: ResultOf<typeof processWrite>['status']): void {
  switch (status) {
    case 'accepted':
      return;
    case 'stdinClosed':
      throw new ExecError('stdinClosed', 'the process does not read its stdin any more, or it has none');
    case 'unknownProcess':
      throw new ExecError('processUnknown', 'the server does not know the process; it closed too long ago');
    case 'starting':
      throw new ExecError(
        'internal',
        'the server answered that the process is starting, after it had started',
      );
  }
}
