import {
  ExecError,
  MAX_FILE_HELPERS,
  MAX_FILE_HELPERS_PER_SESSION,
  MAX_WAITING_FILE_REQUESTS,
} from '@holdfast/exec-protocol';
import { FairPlaces, type LeavePlace } from '../fair-places.js';

/** Where one helper runs for one session. */
export interface HelperPlace {
  /** Says whether the session has files open in it, so that only the session itself can free it. */
  holdFiles(hasFiles: boolean): void;
  /** Gives it to who waits for one. May be called twice. */
  leave(): void;
}

/** The places in which helpers run, which sessions share. */
export class HelperPlaces {
  readonly #places = new FairPlaces({
    all: MAX_FILE_HELPERS,
    perSession: MAX_FILE_HELPERS_PER_SESSION,
    waiting: MAX_WAITING_FILE_REQUESTS,
    refusal: tooManyWait,
  });
  /** In how many of its places a session has files open, if in any. */
  readonly #withFiles = new Map<string, number>();

  /** A place for a session; undefined while none is free for it. @param session Its label. */
  take(session: string): HelperPlace | undefined {
    const leave = this.#places.take(session);
    return leave && this.#placeOf(session, leave);
  }

  /**
   * The same, as soon as there is one.
   * @param signal Ends the wait.
   * @throws ExecError `limitExceeded` when too many of the session wait already, or wait for nobody but itself; the reason of
   *   the signal.
   */
  async wait(session: string, signal: AbortSignal): Promise<HelperPlace> {
    signal.throwIfAborted();
    if (this.#isHeldByFiles(session)) throw heldByFiles();
    return this.#placeOf(session, await this.#places.wait(session, signal));
  }

  #placeOf(session: string, leave: LeavePlace): HelperPlace {
    let isTaken = true;
    let hasFiles = false;
    const holdFiles = (holds: boolean): void => {
      if (!isTaken || holds === hasFiles) return;
      hasFiles = holds;
      this.#countFiles(session, holds ? 1 : -1);
      if (this.#isHeldByFiles(session)) this.#places.refuse(session, heldByFiles());
    };
    return {
      holdFiles,
      leave: () => {
        holdFiles(false);
        isTaken = false;
        leave();
      },
    };
  }

  #countFiles(session: string, more: number): void {
    const count = (this.#withFiles.get(session) ?? 0) + more;
    if (count > 0) this.#withFiles.set(session, count);
    else this.#withFiles.delete(session);
  }

  #isHeldByFiles(session: string): boolean {
    return (this.#withFiles.get(session) ?? 0) >= MAX_FILE_HELPERS_PER_SESSION;
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
