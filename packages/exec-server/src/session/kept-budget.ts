import {
  KEPT_ANSWERS_BYTES,
  OWN_KEPT_ANSWERS_BYTES,
  SHARED_KEPT_ANSWERS_BYTES,
} from '@holdfast/exec-protocol';

/** How much may be kept. */
export interface KeptLimits {
  /** By one session. */
  readonly sessionBytes: number;
  /** Of that, what is left to a session whatever others keep … */
  readonly ownBytes: number;
  /** … and what all sessions may keep beyond it, together. */
  readonly sharedBytes: number;
}

const LIMITS: KeptLimits = {
  sessionBytes: KEPT_ANSWERS_BYTES,
  ownBytes: OWN_KEPT_ANSWERS_BYTES,
  sharedBytes: SHARED_KEPT_ANSWERS_BYTES,
};

/** The memory that all sessions of a server have for answers that their clients have not acknowledged. */
export class KeptBudget {
  readonly limits: KeptLimits;
  #sharedBytes = 0;

  constructor(limits: KeptLimits = LIMITS) {
    this.limits = limits;
  }

  get isUsedUp(): boolean {
    return this.#sharedBytes >= this.limits.sharedBytes;
  }

  /** A session keeps so much instead of `before`. */
  moved(before: number, now: number): void {
    this.#sharedBytes += this.#sharedOf(now) - this.#sharedOf(before);
  }

  #sharedOf(bytes: number): number {
    return Math.max(0, bytes - this.limits.ownBytes);
  }
}

/** What one session keeps, for all of its clients. */
export class KeptBytes {
  readonly #budget: KeptBudget;
  #bytes = 0;

  constructor(budget: KeptBudget = new KeptBudget()) {
    this.#budget = budget;
  }

  /** Whether nothing more is to be carried out whose answer would have to be kept. */
  get isFull(): boolean {
    const { sessionBytes, ownBytes } = this.#budget.limits;
    return this.#bytes >= sessionBytes || (this.#bytes >= ownBytes && this.#budget.isUsedUp);
  }

  /** So much more is kept, or less. */
  add(bytes: number): void {
    this.#budget.moved(this.#bytes, this.#bytes + bytes);
    this.#bytes += bytes;
  }
}
