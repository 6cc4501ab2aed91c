import { LOG_MEMORY_BYTES } from '@holdfast/exec-protocol';

/** What all logs of a server hold in memory together. */
export class LogMemory {
  readonly #limitBytes: number;
  readonly #logs = new Set<() => void>();
  #heldBytes = 0;
  #isReclaimed = false;

  constructor(limitBytes: number = LOG_MEMORY_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether each log should hold a sixteenth of what it may hold otherwise. */
  get isScarce(): boolean {
    return this.#heldBytes > this.#limitBytes;
  }

  /**
   * A log begins to hold bytes. @param reclaim Called when memory has become scarce, also for a log that nobody uses.
   * @returns what to call at its end.
   */
  open(reclaim: () => void): () => void {
    this.#logs.add(reclaim);
    return () => {
      this.#logs.delete(reclaim);
    };
  }

  /** A log holds so much more; less when it is negative. */
  add(bytes: number): void {
    this.#heldBytes += bytes;
    // Asking everybody takes a while, so it is done once each time that memory fills up.
    if (this.#heldBytes < this.#limitBytes / 2) this.#isReclaimed = false;
    if (bytes <= 0 || !this.isScarce || this.#isReclaimed) return;
    this.#isReclaimed = true;
    for (const reclaim of this.#logs) reclaim();
  }
}
