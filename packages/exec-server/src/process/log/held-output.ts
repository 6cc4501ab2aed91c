import type { LogMemory, MemoryHolder } from './log-memory.js';

/** Where output stood that leaves memory. */
interface Standing {
  /** The owner was not sent it. */
  readonly isAhead: boolean;
  /** It was idle. */
  readonly isIdle: boolean;
}

/** How many bytes one log holds in memory, as a part of what all logs of the server hold. */
export class HeldOutput {
  readonly #holder: MemoryHolder;
  readonly #memory: LogMemory | undefined;
  #bytes = 0;
  #aheadBytes = 0;
  #idleBytes = 0;
  #isClosed = false;

  /** @param holder Asked to give some back when memory has become scarce, for as long as it holds any. */
  constructor(holder: MemoryHolder, memory: LogMemory | undefined) {
    this.#holder = holder;
    this.#memory = memory;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Those that the owner was not sent. */
  get aheadBytes(): number {
    return this.#aheadBytes;
  }

  /** Those that need not stay readable. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** Output was appended. */
  came(bytes: number): void {
    this.#aheadBytes += bytes;
    this.#change(bytes);
  }

  /** The owner was sent so much of it. */
  sent(bytes: number): void {
    this.#aheadBytes -= bytes;
  }

  /** So much of it need not stay readable any more. */
  idled(bytes: number): void {
    this.#idleBytes += bytes;
  }

  /** Output has gone, to the spill or for good. */
  left(bytes: number, { isAhead, isIdle }: Standing): void {
    if (isAhead) this.#aheadBytes -= bytes;
    if (isIdle) this.#idleBytes -= bytes;
    this.#change(-bytes);
  }

  /** Nobody will ask for it any more: what is left goes with its last reader, and counts for the server no longer. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#memory?.change(this.#holder, this.#bytes, 0);
  }

  #change(bytes: number): void {
    const before = this.#bytes;
    this.#bytes += bytes;
    if (!this.#isClosed) this.#memory?.change(this.#holder, before, this.#bytes);
  }
}
