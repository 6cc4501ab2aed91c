import type { Logger } from '../../logger.js';

/** Different gaps that are remembered as told; clients choose the roots, so there is no end to them. */
const MAX_TOLD = 256;

/** Tells an operator what is not protected although it should be, each thing once. */
export class GapLog {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #told = new Set<string>();

  constructor(logger: Pick<Logger, 'warn'>) {
    this.#logger = logger;
  }

  tell(gaps: readonly string[]): void {
    for (const gap of gaps) {
      if (this.#told.has(gap)) continue;
      if (this.#told.size >= MAX_TOLD) this.#told.clear();
      this.#told.add(gap);
      this.#logger.warn({ gap }, 'a sandbox protects less than it should');
    }
  }
}
