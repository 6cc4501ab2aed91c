import { setMaxListeners } from 'node:events';
import { MAX_WAITING_LOOKS } from '@holdfast/exec-protocol';
import type { AppearedReport } from '@holdfast/sandbox';
import type { Logger } from '../../../logger.js';
import { Turns } from '../../../turns.js';
import type { AppearedLook } from '../sandbox.js';

/** Looks for what has appeared while commands ran, one after the other. Nobody waits for it. */
export class AppearedLooks {
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  readonly #turns = new Turns(1);
  readonly #over = new AbortController();
  /** The one under way included. */
  #begun = 0;

  constructor(logger: Pick<Logger, 'info' | 'warn'>) {
    this.#logger = logger;
    // Every look that waits listens to it.
    setMaxListeners(0, this.#over.signal);
  }

  /**
   * Has a look when it is its turn, and logs what it finds. Never fails.
   * @param process Names the process in the log.
   * @param tell Hears what was found; not called for nothing.
   */
  begin(process: string, look: AppearedLook, tell: (report: AppearedReport) => void): void {
    if (this.#over.signal.aborted) return;
    if (this.#begun > MAX_WAITING_LOOKS) {
      this.#logger.warn(
        { process },
        'what appeared while a command ran is not looked for: too many looks wait',
      );
      return;
    }
    void this.#look(process, look, tell);
  }

  /** Looks no more; what is under way is nobody's concern. */
  close(): void {
    this.#over.abort(new Error('the server is shutting down'));
  }

  async #look(process: string, look: AppearedLook, tell: (report: AppearedReport) => void): Promise<void> {
    const { signal } = this.#over;
    this.#begun += 1;
    try {
      const report = await this.#turns.take(signal, () => look(signal));
      if (signal.aborted || report.found.length + report.more === 0) return;
      this.#log(process, report);
      tell(report);
    } catch (err) {
      if (signal.aborted) return;
      this.#logger.warn({ process, err }, 'what appeared while a command ran could not be looked for');
    } finally {
      this.#begun -= 1;
    }
  }

  #log(process: string, { found, more }: AppearedReport): void {
    for (const { kind, path } of found) {
      // Commands make repositories every day.
      const level = kind === 'repository' ? 'info' : 'warn';
      this.#logger[level]({ process, kind, path }, 'executable configuration appeared while a command ran');
    }
    if (more === 0) return;
    this.#logger.warn({ process, more }, 'more executable configuration appeared while a command ran');
  }
}
