import {
  ExecError,
  MAX_FILE_HELPERS,
  MAX_FILE_HELPERS_PER_SESSION,
  MAX_FILE_HELPERS_WITH_FILES,
  MAX_FIRST_FILE_HELPERS,
  MAX_WAITING_FILE_REQUESTS,
} from '@holdfast/exec-protocol';
import { FairPlaces, type LeavePlace, type Party } from '../../../fair-places.js';

/** What a session uses a helper for: requests alone, or open files as well, which it may keep for as long as it likes. */
export type HelperUse = 'requests' | 'files';

/** Where one helper runs for one session. */
export interface HelperPlace {
  readonly use: HelperUse;
  /** Says whether the session has files open in it, so that only the session itself can free it. */
  holdFiles(hasFiles: boolean): void;
  /** Gives it to who waits for one. May be called twice. */
  leave(): void;
}

/** The places in which helpers run, which sessions share. Those for open files keep no request waiting that opens none. */
export class HelperPlaces {
  readonly #places: Readonly<Record<HelperUse, FairPlaces>> = {
    requests: new FairPlaces({
      ...OF_ONE_SESSION,
      all: MAX_FILE_HELPERS,
      // Sessions whose requests overlap leave none as long as they like.
      forFirst: MAX_FIRST_FILE_HELPERS,
    }),
    files: new FairPlaces({ ...OF_ONE_SESSION, all: MAX_FILE_HELPERS_WITH_FILES, isShareShrinking: true }),
  };
  /** In how many of its places a session has files open, if in any. */
  readonly #withFiles = new Map<string, number>();

  /** A place for a session; undefined while none is free for it. */
  take(party: Party, use: HelperUse): HelperPlace | undefined {
    const leave = this.#places[use].take(party);
    return leave && this.#placeOf(party, use, leave);
  }

  /**
   * The same, as soon as there is one.
   * @param signal Ends the wait.
   * @throws ExecError `limitExceeded` when too many of the session wait already, or wait for nobody but itself; the reason of
   *   the signal.
   */
  async wait(party: Party, use: HelperUse, signal: AbortSignal): Promise<HelperPlace> {
    signal.throwIfAborted();
    if (use === 'files' && this.#isHeldByFiles(party)) throw heldByFiles();
    return this.#placeOf(party, use, await this.#places[use].wait(party, signal));
  }

  #placeOf(party: Party, use: HelperUse, leave: LeavePlace): HelperPlace {
    let isTaken = true;
    let hasFiles = false;
    const holdFiles = (holds: boolean): void => {
      if (!isTaken || holds === hasFiles) return;
      hasFiles = holds;
      this.#countFiles(party, holds ? 1 : -1);
      if (this.#isHeldByFiles(party)) this.#places.files.refuse(party, heldByFiles());
    };
    return {
      use,
      holdFiles,
      leave: () => {
        holdFiles(false);
        isTaken = false;
        leave();
      },
    };
  }

  #countFiles({ session }: Party, more: number): void {
    const count = (this.#withFiles.get(session) ?? 0) + more;
    if (count > 0) this.#withFiles.set(session, count);
    else this.#withFiles.delete(session);
  }

  #isHeldByFiles({ session }: Party): boolean {
    return (this.#withFiles.get(session) ?? 0) >= MAX_FILE_HELPERS_PER_SESSION;
  }
}

const OF_ONE_SESSION = {
  perSession: MAX_FILE_HELPERS_PER_SESSION,
  waiting: MAX_WAITING_FILE_REQUESTS,
  refusal: tooManyWait,
};

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
