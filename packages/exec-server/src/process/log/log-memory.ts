import { LOG_MEMORY_BYTES } from '@holdfast/exec-protocol';

/** What holds output in memory. */
export interface MemoryHolder {
  /** Memory has become scarce: gives back what may go. */
  reclaim(): void;
}

/** What all logs of a server hold in memory together. */
export class LogMemory {
  readonly #limitBytes: number;
  /** Those that hold something: who is silent leaves no trace here. */
  readonly #holders = new Set<MemoryHolder>();
  #heldBytes = 0;
  #isReclaimed = false;

  constructor(limitBytes: number = LOG_MEMORY_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** How many hold something. */
  get holderCount(): number {
    return this.#holders.size;
  }

  /** Whether each log should hold a sixteenth of what it may hold otherwise. */
  get isScarce(): boolean {
    return this.#heldBytes > this.#limitBytes;
  }

  /** `holder` held `before` bytes and now holds `after`. It is asked to reclaim as long as it holds any. */
  change(holder: MemoryHolder, before: number, after: number): void {
    if (after === 0) this.#holders.delete(holder);
    else if (before === 0) this.#holders.add(holder);
    this.#heldBytes += after - before;
    // Asking everybody takes a while, so it is done once each time that memory fills up.
    if (this.#heldBytes < this.#limitBytes / 2) this.#isReclaimed = false;
    if (after <= before || !this.isScarce || this.#isReclaimed) return;
    this.#isReclaimed = true;
    for (const one of [...this.#holders]) one.reclaim();
  }
}
