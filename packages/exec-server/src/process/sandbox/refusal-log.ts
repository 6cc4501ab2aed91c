import type { NetworkDecision } from '@holdfast/sandbox';
import type { Logger } from '../../logger.js';

/** Refusals of one process that have a line of their own in the log; the rest is counted. */
export const MAX_LOGGED_REFUSALS = 1000;

/** Logs what one process was refused of the network. */
export class RefusalLog {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #process: string;
  #count = 0;

  constructor(logger: Pick<Logger, 'warn'>, process: string) {
    this.#logger = logger;
    this.#process = process;
  }

  add({ protocol, host, port, reason, rule, answer }: NetworkDecision): void {
    this.#count += 1;
    if (this.#count > MAX_LOGGED_REFUSALS) return;
    const by = answer === undefined ? 'rules' : 'client';
    this.#logger.warn(
      { process: this.#process, protocol, host, port, reason, rule, by },
      'a network request was refused',
    );
  }

  /** A connection could not be served; what was the matter with it came from outside the rules. */
  addFault(err: unknown): void {
    this.#count += 1;
    if (this.#count > MAX_LOGGED_REFUSALS) return;
    this.#logger.warn({ process: this.#process, err }, 'a network connection could not be served');
  }

  /** Nothing follows. */
  end(): void {
    const more = this.#count - MAX_LOGGED_REFUSALS;
    if (more > 0) this.#logger.warn({ process: this.#process, more }, 'more network requests were refused');
  }
}
