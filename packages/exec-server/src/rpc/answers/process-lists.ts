import type { ProcessSummary } from '@holdfast/exec-protocol';
import type { LoopQueue } from '../../loop-queue.js';
import { Turns } from '../../turns.js';
import { listBytes, type Summarized, summariesOf } from '../handlers/process-summary.js';
import type { AnswerRoom } from './answer-room.js';

/** What the lists of one connection are made with. */
export interface ProcessListsOptions {
  readonly room: Pick<AnswerRoom, 'use'>;
  /** Those of all connections. */
  readonly queue: LoopQueue;
  /** Fires when the connection has gone. */
  readonly gone: AbortSignal;
}

/**
 * Answers lists of processes to one connection. Each is made in one go, so no two of a server are made in one turn of the event
 * loop; what one connection asks for waits behind what others ask for less often.
 */
export class ProcessLists {
  readonly #options: ProcessListsOptions;
  readonly #turns = new Turns(1);

  constructor(options: ProcessListsOptions) {
    this.#options = options;
  }

  /** @throws ExecError what `room` throws; the reason of `gone`. */
  async answer(processes: () => readonly Summarized[]): Promise<ProcessSummary[]> {
    const { room, queue, gone } = this.#options;
    return await this.#turns.take(gone, async () => {
      return await room.use(listBytes(processes().length), async () => {
        await queue.next();
        gone.throwIfAborted();
        return summariesOf(processes());
      });
    });
  }
}
