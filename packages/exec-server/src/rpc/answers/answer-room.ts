import {
  ExecError,
  FILE_ANSWERS_BYTES,
  SHARED_ANSWERS_BYTES,
  SHARED_ANSWERS_WAIT_MS,
  type Transport,
} from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../../clock.js';
import type { RoomHolder, SharedRoom } from './shared-room.js';

/** What a room works with. */
export interface AnswerRoomOptions {
  readonly transport: Pick<Transport, 'bufferedBytes'>;
  readonly clock: Pick<Clock, 'nextTurn' | 'after'>;
  /** What all connections have together. */
  readonly sharedRoom: SharedRoom;
  /** Fires when the connection has gone. */
  readonly gone: AbortSignal;
  readonly limitBytes?: number;
}

/** A connection may have a great many requests that wait. */
const REFUSED_A_TURN = 1000;

interface Waiting {
  readonly bytes: number;
  enter(): void;
  refuse(reason: unknown): void;
}

/**
 * The memory that a connection may have for large answers, such as those with files and HTTP bodies in them: while they are put together, and in
 * the socket. A file that finds no room waits in the order of asking, with nothing in its hands; what is larger than the room
 * is put together alone. Where other connections leave no room, the wait has a limit, and all
 * that has waited by then is refused.
 */
export class AnswerRoom implements RoomHolder {
  readonly #options: AnswerRoomOptions;
  readonly #limitBytes: number;
  #waiting: Waiting[] = [];
  #takenBytes = 0;
  /** Runs while others leave no room for what waits first. */
  #patience: Timer | undefined;

  constructor(options: AnswerRoomOptions) {
    this.#options = options;
    this.#limitBytes = options.limitBytes ?? FILE_ANSWERS_BYTES;
    options.sharedRoom.join(this);
    options.gone.addEventListener('abort', this.#onGone);
  }

  get heldBytes(): number {
    return this.#takenBytes + this.#options.transport.bufferedBytes;
  }

  /**
   * Does `work`, whose answer has about so many bytes, when there is room. It has this room until it ends, also when the connection
   * has gone, and is told of that.
   * @throws ExecError `limitExceeded` when others left none for `SHARED_ANSWERS_WAIT_MS`; the reason of `gone`.
   */
  async use<T>(bytes: number, work: (gone: AbortSignal) => Promise<T>): Promise<T> {
    const { gone } = this.#options;
    gone.throwIfAborted();
    if (this.#waiting.length > 0 || !this.#hasRoomFor(bytes)) {
      await new Promise<void>((enter, refuse) => this.#waiting.push({ bytes, enter, refuse }));
    } else {
      this.#takenBytes += bytes;
    }
    try {
      return await work(gone);
    } finally {
      this.giveBack(bytes);
    }
  }

  /** Takes room for what cannot wait, whatever this connection has. @returns false where others leave none. */
  take(bytes: number): boolean {
    const isThere = bytes <= this.#options.sharedRoom.roomFor(this);
    if (isThere) this.#takenBytes += bytes;
    return isThere;
  }

  /** What was taken is put together: as soon as its answer is in the socket, it counts there. */
  giveBack(bytes: number): void {
    this.#options.clock.nextTurn(() => {
      this.#takenBytes -= bytes;
      this.#leaveWhereOver();
      this.look();
    });
  }

  /** Something has left the socket. Those who have waited for it longer, on whatever connection, are first. */
  look(): void {
    this.#options.sharedRoom.look();
    this.letIn();
  }

  letIn(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#hasRoomFor(first.bytes)) return;
      this.#waiting.shift();
      this.#takenBytes += first.bytes;
      first.enter();
    }
  }

  #hasRoomFor(bytes: number): boolean {
    const { sharedRoom, clock } = this.#options;
    const hasOwn = this.#hasOwnRoomFor(bytes);
    const waitsForOthers = hasOwn && !sharedRoom.admits(this, bytes);
    if (!hasOwn) sharedRoom.forget(this);
    if (waitsForOthers) this.#patience ??= clock.after(SHARED_ANSWERS_WAIT_MS, this.#refuseWaiting);
    else this.#endPatience();
    return hasOwn && !waitsForOthers;
  }

  #hasOwnRoomFor(bytes: number): boolean {
    if (this.heldBytes + bytes <= this.#limitBytes) return true;
    // The socket is never empty while events are pushed.
    return this.#takenBytes === 0 && this.#options.transport.bufferedBytes <= this.#limitBytes / 2;
  }

  #refuse(waiting: readonly Waiting[]): void {
    for (const one of waiting.slice(0, REFUSED_A_TURN)) one.refuse(noRoom());
    const others = waiting.slice(REFUSED_A_TURN);
    if (others.length > 0) this.#options.clock.nextTurn(() => this.#refuse(others));
  }

  #endPatience(): void {
    this.#patience?.cancel();
    this.#patience = undefined;
  }

  readonly #onGone = (): void => {
    const { gone, sharedRoom } = this.#options;
    this.#endPatience();
    for (const one of this.#waiting.splice(0)) one.refuse(gone.reason);
    sharedRoom.forget(this);
    this.#leaveWhereOver();
  };

  /** What is being put together is held until that ends, also for nobody. */
  #leaveWhereOver(): void {
    if (this.#options.gone.aborted && this.#takenBytes === 0) this.#options.sharedRoom.leave(this);
  }

  /** The wait is that of the connection: what else has waited in it gets none of its own. */
  readonly #refuseWaiting = (): void => {
    const { sharedRoom } = this.#options;
    this.#patience = undefined;
    sharedRoom.forget(this);
    const mostBytes = sharedRoom.roomFor(this);
    this.#refuse(this.#waiting.filter(({ bytes }) => bytes > mostBytes));
    this.#waiting = this.#waiting.filter(({ bytes }) => bytes <= mostBytes);
    this.look();
  };
}

function noRoom(): ExecError {
  return new ExecError(
    'limitExceeded',
    `the connections of this server hold ${String(SHARED_ANSWERS_BYTES)} bytes of answers, and none has left for ${String(SHARED_ANSWERS_WAIT_MS / 1000)} s; ask again later, or for smaller pieces, such as the blocks of a file`,
  );
}
