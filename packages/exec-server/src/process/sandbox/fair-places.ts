import type { ExecError } from '@holdfast/exec-protocol';

/** How many places there are. */
export interface PlaceLimits {
  readonly all: number;
  readonly perSession: number;
  /** How many more there are for who has none, where all are taken; default 0. */
  readonly forFirst?: number;
  /** Whether a session gets no more than would be left for others, as is fair where places are kept for long; default false. */
  readonly isShareShrinking?: boolean;
  /** How many of one session may wait. */
  readonly waiting: number;
  /** What one more of a session is refused with. */
  refusal(): ExecError;
}

/** Gives a place to who waits for one. May be called twice. */
export type LeavePlace = () => void;

/**
 * Places that sessions share. Each has at most its part of them; a place that becomes free goes to who has the fewest, in turn
 * among those, so that nobody waits for somebody who asks for much.
 */
export class FairPlaces {
  readonly #limits: PlaceLimits;
  /** By the label of the session: those that have a place or wait for one; who was served last at the end. */
  readonly #standings = new Map<string, Standing>();
  #taken = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** A place for a session; undefined while none is free for it. */
  take(session: string): LeavePlace | undefined {
    const standing = this.#standings.get(session) ?? new Standing();
    if (!this.#isOpenTo(standing)) return undefined;
    return this.#give(session, standing);
  }

  /**
   * The same, as soon as there is one.
   * @param signal Ends the wait.
   * @throws ExecError `limitExceeded` when too many of the session wait already; what it is refused with; the reason of the
   *   signal.
   */
  async wait(session: string, signal: AbortSignal): Promise<LeavePlace> {
    signal.throwIfAborted();
    const standing = this.#standings.get(session) ?? new Standing();
    if (standing.waiting.size >= this.#limits.waiting) throw this.#limits.refusal();
    this.#standings.set(session, standing);
    try {
      return await standing.wait(signal);
    } finally {
      this.#forget(session, standing);
    }
  }

  /** Ends the waits of a session. */
  refuse(session: string, error: ExecError): void {
    for (const refuse of [...(this.#standings.get(session)?.waiting.keys() ?? [])]) refuse(error);
  }

  #isOpenTo({ taken }: Standing): boolean {
    const { all, perSession, forFirst = 0, isShareShrinking = false } = this.#limits;
    if (taken === 0 && this.#taken < all + forFirst) return true;
    const left = all - this.#taken;
    return left > 0 && taken < (isShareShrinking ? Math.min(perSession, left) : perSession);
  }

  #give(session: string, standing: Standing): LeavePlace {
    this.#standings.delete(session);
    this.#standings.set(session, standing);
    this.#taken += 1;
    standing.taken += 1;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#taken -= 1;
      standing.taken -= 1;
      this.#forget(session, standing);
      this.#serve();
    };
  }

  #serve(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [session, standing] = next;
      const [come] = standing.waiting.values();
      come?.(this.#give(session, standing));
    }
  }

  #next(): readonly [string, Standing] | undefined {
    const open = [...this.#standings].filter(([, one]) => one.waiting.size > 0 && this.#isOpenTo(one));
    return open.sort(([, one], [, other]) => one.taken - other.taken)[0];
  }

  #forget(session: string, standing: Standing): void {
    const isOver = standing.taken === 0 && standing.waiting.size === 0;
    // It may have come back meanwhile, with another standing.
    if (isOver && this.#standings.get(session) === standing) this.#standings.delete(session);
  }
}

/** What one session has, and what waits for more. */
class Standing {
  taken = 0;
  /** In the order in which they came. */
  readonly waiting = new Map<(error: ExecError) => void, (leave: LeavePlace) => void>();

  wait(signal: AbortSignal): Promise<LeavePlace> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.waiting.delete(refuse);
        signal.removeEventListener('abort', giveUp);
      };
      const refuse = (error: ExecError): void => {
        stop();
        reject(error);
      };
      const giveUp = (): void => {
        stop();
        reject(signal.reason as Error);
      };
      this.waiting.set(refuse, (leave) => {
        stop();
        resolve(leave);
      });
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}
