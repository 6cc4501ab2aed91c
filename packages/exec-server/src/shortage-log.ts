import type { Clock } from './clock.js';

/** What a machine may run out of. */
export type ShortageKind = 'noDescriptors' | 'noProcesses' | 'noPipes';

/** Something failed because the machine has run out of something. */
export interface Shortage {
  readonly shortage: ShortageKind;
  /** What was met, and the remedy. */
  readonly reason: string;
}

/** What the log is told. */
export interface ShortageNotice extends Shortage {
  /** How often it was met since the last notice of this shortage, this time included. */
  readonly times: number;
}

/**
 * Tells an operator what the machine has run out of: at once, and then at most once a minute for each shortage, since on
 * a machine at its limits every start may meet it.
 */
export class ShortageLog {
  readonly #clock: Clock;
  readonly #tell: (notice: ShortageNotice) => void;
  readonly #met = new Map<ShortageKind, { toldAt: number; untold: number }>();

  constructor(clock: Clock, tell: (notice: ShortageNotice) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  met({ shortage, reason }: Shortage): void {
    const known = this.#met.get(shortage) ?? { toldAt: -Infinity, untold: 0 };
    this.#met.set(shortage, known);
    known.untold += 1;
    const now = this.#clock.now();
    if (now - known.toldAt < QUIET_MS) return;
    this.#tell({ shortage, reason, times: known.untold });
    known.toldAt = now;
    known.untold = 0;
  }
}

const QUIET_MS = 60_000;
