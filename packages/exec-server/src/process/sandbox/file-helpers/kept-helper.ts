import { FILE_HELPER_IDLE_MS, FILES_END_MS } from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../../../clock.js';
import type { FileSession } from '../../../confined-files.js';
import type { FileHelper } from './file-helper.js';
import type { HelperPlace, HelperUse } from './helper-places.js';

/** What a helper is there for. */
export interface HelperPurpose {
  /** What its sandbox does. */
  readonly key: string;
  /** What it was started for. */
  readonly intentText: string;
}

/** A helper that is kept from one request to the next; one session uses it at a time. */
export class KeptHelper implements HelperPurpose {
  readonly key: string;
  readonly intentText: string;
  readonly helper: FileHelper;
  /** Its sandbox is not whole: it only goes on with the files that are open in it. */
  isRetired = false;
  readonly #clock: Pick<Clock, 'after'>;
  #session: FileSession | undefined;
  #place: HelperPlace | undefined;
  /** Ends it while nobody uses it, or nobody waits for its answers any more. */
  #end: Timer | undefined;
  #detach: () => void = ignore;

  constructor({ key, intentText }: HelperPurpose, helper: FileHelper, clock: Pick<Clock, 'after'>) {
    this.key = key;
    this.intentText = intentText;
    this.helper = helper;
    this.#clock = clock;
  }

  /** Who uses it; undefined while nobody does. */
  get session(): FileSession | undefined {
    return this.#session;
  }

  /** What it is used for; undefined while nobody uses it. */
  get use(): HelperUse | undefined {
    return this.#place?.use;
  }

  /** Hands it over to a session, or to another place of the same one. @param end Is called when that has ended, and the helper does not come to an end with its work. */
  occupy(session: FileSession, place: HelperPlace, end: () => void): void {
    this.vacate();
    this.#session = session;
    this.#place = place;
    const endSoon = (): void => {
      this.#end = this.#clock.after(FILES_END_MS, end);
    };
    session.ended.addEventListener('abort', endSoon, { once: true });
    this.#detach = () => {
      session.ended.removeEventListener('abort', endSoon);
    };
  }

  /** Whether files are open in it has changed. */
  holdFiles(hasFiles: boolean): void {
    this.#place?.holdFiles(hasFiles);
  }

  /** Its session has no more use for it. @param end Is called when nobody has had one for a while. */
  rest(end: () => void): void {
    this.vacate();
    this.#end = this.#clock.after(FILE_HELPER_IDLE_MS, end);
  }

  /** Leaves its place. */
  vacate(): void {
    this.#detach();
    this.#end?.cancel();
    this.#session = undefined;
    this.#place?.leave();
    this.#place = undefined;
  }
}

function ignore(): void {
  // It has no session yet.
}
