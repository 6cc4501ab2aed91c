import { LOG_MEMORY_BYTES } from '@holdfast/exec-protocol';

/** What all logs of a server hold in memory together. */
export class LogMemory {
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes: number = LOG_MEMORY_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether output that has to wait should leave memory early. */
  get isScarce(): boolean {
    return this.#heldBytes > this.#limitBytes;
  }

  /** A log holds so much more; less when it is negative. */
  add(bytes: number): void {
    this.#heldBytes += bytes;
  }
}
