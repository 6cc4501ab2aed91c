import {
  ExecError,
  MAX_FILE_HELPERS,
  MAX_FILE_HELPERS_PER_SESSION,
  MAX_WAITING_FILE_REQUESTS,
} from '@holdfast/exec-protocol';

/** Where one helper runs for one session. */
export interface HelperPlace {
  /** Says whether the session has files open in it, so that only the session itself can free it. */
  holdFiles(hasFiles: boolean): void;
  /** Gives it to who waits for one. May be called twice. */
  leave(): void;
}

/**
 * The places in which helpers run. A session has at most its share of them; a place that becomes free goes to who has the
 * fewest, in turn among those, so that nobody waits for somebody who asks for much.
 */
export class HelperPlaces {
  /** Of those who have a place or wait for one; who was served last at the end. */
  readonly #standings = new Map<object, Standing>();
  #taken = 0;

  /** A place for a session; undefined while none is free for it. */
  take(session: object): HelperPlace | undefined {
    const standing = this.#standings.get(session) ?? new Standing();
    if (!this.#isOpenTo(standing)) return undefined;
    return this.#give(session, standing);
  }

  /**
   * The same, as soon as there is one.
   * @param signal Ends the wait.
   * @throws ExecError `limitExceeded` when too many of the session wait already, or wait for nobody but itself; the reason of
   *   the signal.
   */
  async wait(session: object, signal: AbortSignal): Promise<HelperPlace> {
    signal.throwIfAborted();
    const standing = this.#standings.get(session) ?? new Standing();
    if (standing.isHeldByFiles) throw heldByFiles();
    if (standing.waiting.size >= MAX_WAITING_FILE_REQUESTS) throw tooManyWait();
    this.#standings.set(session, standing);
    try {
      return await standing.wait(signal);
    } finally {
      this.#forget(session, standing);
    }
  }

  #isOpenTo({ taken }: Standing): boolean {
    return this.#taken < MAX_FILE_HELPERS && taken < MAX_FILE_HELPERS_PER_SESSION;
  }

  #give(session: object, standing: Standing): HelperPlace {
    this.#standings.delete(session);
    this.#standings.set(session, standing);
    this.#taken += 1;
    standing.taken += 1;
    let isTaken = true;
    let hasFiles = false;
    const holdFiles = (holds: boolean): void => {
      if (!isTaken || holds === hasFiles) return;
      hasFiles = holds;
      standing.withFiles += holds ? 1 : -1;
      if (standing.isHeldByFiles) standing.refuse(heldByFiles());
    };
    return {
      holdFiles,
      leave: () => {
        holdFiles(false);
        if (!isTaken) return;
        isTaken = false;
        this.#taken -= 1;
        standing.taken -= 1;
        this.#forget(session, standing);
        this.#serve();
      },
    };
  }

  #serve(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [session, standing] = next;
      const [come] = standing.waiting.values();
      come?.(this.#give(session, standing));
    }
  }

  #next(): readonly [object, Standing] | undefined {
    const open = [...this.#standings].filter(([, one]) => one.waiting.size > 0 && this.#isOpenTo(one));
    return open.sort(([, one], [, other]) => one.taken - other.taken)[0];
  }

  #forget(session: object, standing: Standing): void {
    const isOver = standing.taken === 0 && standing.waiting.size === 0;
    // It may have come back meanwhile, with another standing.
    if (isOver && this.#standings.get(session) === standing) this.#standings.delete(session);
  }
}

/** What one session has, and what waits for more. */
class Standing {
  taken = 0;
  /** Of those, where files are open. */
  withFiles = 0;
  /** In the order in which they came. */
  readonly waiting = new Map<(error: ExecError) => void, (place: HelperPlace) => void>();

  get isHeldByFiles(): boolean {
    return this.withFiles >= MAX_FILE_HELPERS_PER_SESSION;
  }

  wait(signal: AbortSignal): Promise<HelperPlace> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.waiting.delete(refuse);
        signal.removeEventListener('abort', giveUp);
      };
      const refuse = (error: ExecError): void => {
        leave();
        reject(error);
      };
      const giveUp = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      this.waiting.set(refuse, (place) => {
        leave();
        resolve(place);
      });
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  refuse(error: ExecError): void {
    for (const refuse of [...this.waiting.keys()]) refuse(error);
  }
}

function heldByFiles(): ExecError {
  return new ExecError(
    'limitExceeded',
    `this session has files open in ${String(MAX_FILE_HELPERS_PER_SESSION)} different sandboxes (MAX_FILE_HELPERS_PER_SESSION); close those of one`,
  );
}

function tooManyWait(): ExecError {
  return new ExecError(
    'limitExceeded',
    `${String(MAX_WAITING_FILE_REQUESTS)} file requests of this session wait for a sandbox (MAX_WAITING_FILE_REQUESTS); wait for answers first`,
  );
}
