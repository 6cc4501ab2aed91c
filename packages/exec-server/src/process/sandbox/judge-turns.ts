import { ExecError, MAX_PROCESSES_PER_SERVER } from '@holdfast/exec-protocol';
import { NEVER_ABORTED } from '@holdfast/sandbox/internal';
import { FairPlaces, type Party } from '../../fair-places.js';
import { LoopQueue } from '../../loop-queue.js';

/**
 * When failed commands are judged: one at a time, sessions in turn, and when the event loop has done what waits. A thousand may
 * fail at once, by one signal or for want of one file.
 */
export class JudgeTurns {
  readonly #places = new FairPlaces({
    all: 1,
    perSession: 1,
    waiting: MAX_PROCESSES_PER_SERVER,
    refusal: () => new ExecError('limitExceeded', 'more commands have failed at once than a server runs'),
  });
  readonly #loop = new LoopQueue();

  /** Judges when it is the turn of the session. @throws what `judge` throws. */
  async take<T>(party: Party, judge: () => T): Promise<T> {
    const leave = this.#places.take(party) ?? (await this.#places.wait(party, NEVER_ABORTED));
    try {
      await this.#loop.next();
      return judge();
    } finally {
      leave();
    }
  }
}
