import { ACKNOWLEDGE_DELAY_MS, ACKNOWLEDGED_AT_ONCE } from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../clock.js';

/**
 * Decides when to tell the server which answers have arrived: after some, or after a while. The server keeps them until
 * then.
 */
export class Acknowledgements {
  readonly #clock: Clock;
  readonly #send: (upToId: number) => void;
  #upToId = 0;
  #count = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, send: (upToId: number) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** The answer to a request that changes something has arrived. */
  answered(id: number): void {
    this.#upToId = Math.max(this.#upToId, id);
    this.#count += 1;
    if (this.#count >= ACKNOWLEDGED_AT_ONCE) this.flush();
    else
      this.#timer ??= this.#clock.after(ACKNOWLEDGE_DELAY_MS, () => {
        this.flush();
      });
  }

  /** Tells the server now, if there is anything to tell. */
  flush(): void {
    this.pause();
    this.#count = 0;
    if (this.#upToId > 0) this.#send(this.#upToId);
  }

  /** There is nobody to tell until the next `flush`. */
  pause(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
