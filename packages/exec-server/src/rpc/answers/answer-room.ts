import { FILE_ANSWERS_BYTES, type Transport } from '@holdfast/exec-protocol';
import type { Clock } from '../../clock.js';

/** What a room works with. */
export interface AnswerRoomOptions {
  readonly transport: Pick<Transport, 'bufferedBytes'>;
  readonly clock: Pick<Clock, 'nextTurn'>;
  /** Fires when the connection has gone. */
  readonly gone: AbortSignal;
  readonly limitBytes?: number;
}

interface Waiting {
  readonly bytes: number;
  enter(): void;
}

/**
 * The memory that a connection may have for answers with files in them: while they are put together, and in the socket. What
 * finds no room waits in the order of asking, with nothing in its hands; what is larger than the room is put together alone.
 */
export class AnswerRoom {
  readonly #options: AnswerRoomOptions;
  readonly #limitBytes: number;
  #waiting: Waiting[] = [];
  #takenBytes = 0;

  constructor(options: AnswerRoomOptions) {
    this.#options = options;
    this.#limitBytes = options.limitBytes ?? FILE_ANSWERS_BYTES;
    options.gone.addEventListener('abort', () => {
      this.look();
    });
  }

  /** Does `work`, whose answer has about so many bytes, when there is room. @throws the reason of `gone`. */
  async use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#hasRoomFor(bytes)) {
      await new Promise<void>((enter) => this.#waiting.push({ bytes, enter }));
    } else {
      this.#takenBytes += bytes;
    }
    try {
      this.#options.gone.throwIfAborted();
      return await work();
    } finally {
      // By then the answer is in the socket, and counts there.
      this.#options.clock.nextTurn(() => {
        this.#takenBytes -= bytes;
        this.look();
      });
    }
  }

  /** Something has left the socket. */
  look(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#options.gone.aborted && !this.#hasRoomFor(first.bytes)) return;
      this.#waiting.shift();
      this.#takenBytes += first.bytes;
      first.enter();
    }
  }

  #hasRoomFor(bytes: number): boolean {
    const { bufferedBytes } = this.#options.transport;
    if (this.#takenBytes + bufferedBytes + bytes <= this.#limitBytes) return true;
    // The socket is never empty while events are pushed.
    return this.#takenBytes === 0 && bufferedBytes <= this.#limitBytes / 2;
  }
}
