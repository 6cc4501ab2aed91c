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

/** A session, and whose it is. */
export interface Party {
  readonly principal: string;
  /** Its label, which no other session has. */
  readonly session: string;
}

/** Gives a place to who waits for one. May be called twice. */
export type LeavePlace = () => void;

/**
 * Places that sessions share. Each has at most its part of them; a place that becomes free goes to the principal with the fewest, and of
 * its sessions to the one with the fewest, in turn among those: nobody waits for somebody who asks for much, nor for one with many sessions.
 */
export class FairPlaces {
  readonly #limits: PlaceLimits;
  /** By the label of the session: those that have a place or wait for one. */
  readonly #standings = new Map<string, Standing>();
  #taken = 0;
  #turns = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** A place for a session; undefined while none is free for it. */
  take(party: Party): LeavePlace | undefined {
    const standing = this.#standingOf(party);
    if (!this.#isOpenTo(standing)) return undefined;
    return this.#give(standing);
  }

  /**
   * The same, as soon as there is one.
   * @param signal Ends the wait.
   * @throws ExecError `limitExceeded` when too many of the session wait already; what it is refused with; the reason of the
   *   signal.
   */
  async wait(party: Party, signal: AbortSignal): Promise<LeavePlace> {
    signal.throwIfAborted();
    const standing = this.#standingOf(party);
    if (standing.waiting.size >= this.#limits.waiting) throw this.#limits.refusal();
    this.#standings.set(party.session, standing);
    try {
      return await standing.wait(signal);
    } finally {
      this.#forget(standing);
    }
  }

  /** Ends the waits of a session. */
  refuse({ session }: Party, error: ExecError): void {
    for (const refuse of [...(this.#standings.get(session)?.waiting.keys() ?? [])]) refuse(error);
  }

  /** As it is, or as it would begin. */
  #standingOf(party: Party): Standing {
    const known = this.#standings.get(party.session);
    if (known !== undefined) return known;
    const sibling = [...this.#standings.values()].find(
      ({ party: { principal } }) => principal === party.principal,
    );
    this.#turns += 1;
    return new Standing(party, sibling?.ofPrincipal ?? new Share(this.#turns), new Share(this.#turns));
  }

  #isOpenTo({ ofSession: { taken } }: Standing): boolean {
    const { all, perSession, forFirst = 0, isShareShrinking = false } = this.#limits;
    if (taken === 0 && this.#taken < all + forFirst) return true;
    const left = all - this.#taken;
    return left > 0 && taken < (isShareShrinking ? Math.min(perSession, left) : perSession);
  }

  #give(standing: Standing): LeavePlace {
    this.#standings.set(standing.party.session, standing);
    this.#taken += 1;
    this.#turns += 1;
    standing.take(this.#turns);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#taken -= 1;
      standing.leave();
      this.#forget(standing);
      this.#serve();
    };
  }

  #serve(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [come] = next.waiting.values();
      come?.(this.#give(next));
    }
  }

  #next(): Standing | undefined {
    const open = [...this.#standings.values()].filter((one) => one.waiting.size > 0 && this.#isOpenTo(one));
    return open.sort(
      (one, other) => byNeed(one.ofPrincipal, other.ofPrincipal) || byNeed(one.ofSession, other.ofSession),
    )[0];
  }

  #forget(standing: Standing): void {
    const isOver = standing.ofSession.taken === 0 && standing.waiting.size === 0;
    const { session } = standing.party;
    // It may have come back meanwhile, with another standing.
    if (isOver && this.#standings.get(session) === standing) this.#standings.delete(session);
  }
}

/** What a session, or a principal with all of its sessions, has of the places. */
class Share {
  taken = 0;
  /** Lower for who came, or was served last, before others. */
  turn: number;

  constructor(turn: number) {
    this.turn = turn;
  }
}

/** Who has fewer is first, and of those who has waited longer. */
function byNeed(one: Share, other: Share): number {
  return one.taken - other.taken || one.turn - other.turn;
}

/** What one session has, and what waits for more. */
class Standing {
  readonly party: Party;
  /** All of its principal's sessions have the same. */
  readonly ofPrincipal: Share;
  readonly ofSession: Share;
  /** In the order in which they came. */
  readonly waiting = new Map<(error: ExecError) => void, (leave: LeavePlace) => void>();

  constructor(party: Party, ofPrincipal: Share, ofSession: Share) {
    this.party = party;
    this.ofPrincipal = ofPrincipal;
    this.ofSession = ofSession;
  }

  take(turn: number): void {
    for (const share of [this.ofPrincipal, this.ofSession]) {
      share.taken += 1;
      share.turn = turn;
    }
  }

  leave(): void {
    for (const share of [this.ofPrincipal, this.ofSession]) share.taken -= 1;
  }

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
