import { MAX_SCAN_MS } from '../limits.js';

/** The time that the looks at all roots of one sandbox have together: what one does not need is left for those after it. */
export class ScanTime {
  #leftMs = MAX_SCAN_MS;
  #roots: number;

  constructor(roots: number) {
    this.#roots = roots;
  }

  /** What the next one may take. */
  get shareMs(): number {
    return this.#leftMs / Math.max(1, this.#roots);
  }

  /** One has come to its end. */
  spend(tookMs: number): void {
    this.#leftMs = Math.max(0, this.#leftMs - tookMs);
    this.#roots -= 1;
  }
}
