import type { LogSpill } from '@holdfast/exec-server/core';
import type { Machine } from '../time/virtual-time.js';

/** How the disk behaves. */
export interface SpillOptions {
  /** What it holds of one process; beyond it appends are refused until something is given back. */
  readonly capacityBytes: number;
  readonly readMs: number;
  /** So many reads fail before the first that works. */
  readonly failures: number;
}

/** Where output goes that fits into no memory: here into memory, with the delays and refusals of a disk. */
export class MemorySpill implements LogSpill {
  start = 0;
  isClosed = false;
  readonly #machine: Machine;
  readonly #options: SpillOptions;
  readonly #onRoom: () => void;
  #parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  #end = 0;
  #delivered = 0;
  #failures: number;
  #wasRefused = false;

  constructor(machine: Machine, options: SpillOptions, onRoom: () => void) {
    this.#machine = machine;
    this.#options = options;
    this.#onRoom = onRoom;
    this.#failures = options.failures;
  }

  get heldBytes(): number {
    return this.isClosed ? 0 : this.#end - this.start;
  }

  append(bytes: Uint8Array): number | undefined {
    if (this.isClosed) return undefined;
    const { capacityBytes } = this.#options;
    if (this.heldBytes + bytes.length > capacityBytes) this.discardBefore(this.#delivered);
    if (this.heldBytes + bytes.length > capacityBytes) {
      this.#wasRefused = true;
      return undefined;
    }
    const at = this.#end;
    this.#parts.push({ at, bytes: Uint8Array.from(bytes) });
    this.#end += bytes.length;
    return at;
  }

  read(offset: number, into: Uint8Array): Promise<boolean> {
    return new Promise((resolve, reject: (reason: unknown) => void) => {
      this.#machine.input(this.#options.readMs, () => {
        if (this.#failures > 0) {
          this.#failures -= 1;
          reject(new Error('the disk failed'));
        } else {
          resolve(this.#copy(offset, into));
        }
      });
    });
  }

  delivered(offset: number): void {
    this.#delivered = Math.max(this.#delivered, offset);
    // Who was refused does not ask again by itself.
    if (this.#wasRefused) this.discardBefore(this.#delivered);
  }

  discardBefore(offset: number): void {
    if (offset <= this.start) return;
    this.start = offset;
    this.#parts = this.#parts.filter(({ at, bytes }) => at + bytes.length > offset);
    if (!this.#wasRefused) return;
    this.#wasRefused = false;
    this.#machine.nextTurn(this.#onRoom);
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.#parts = [];
    return Promise.resolve();
  }

  #copy(offset: number, into: Uint8Array): boolean {
    if (this.isClosed || offset < this.start) return false;
    for (const { at, bytes } of this.#parts) {
      const from = Math.max(offset, at);
      const to = Math.min(offset + into.length, at + bytes.length);
      if (from < to) into.set(bytes.subarray(from - at, to - at), from - offset);
    }
    return true;
  }
}
