import { SharedLooks } from '../files/shared-looks.js';
import { PROBE_FAILURE_KEPT_MS } from '../limits.js';

/**
 * What trials of this host have shown, by what was tried. A success is kept for good. A failure may pass, with a busy moment or
 * a setting of this machine, and is kept for `PROBE_FAILURE_KEPT_MS`.
 */
export class KeptTrials<Result> {
  readonly #isSuccess: (result: Result) => boolean;
  readonly #kept = new Map<string, { readonly result: Result; readonly triedAtMs: number }>();
  readonly #running = new SharedLooks<Result>();

  constructor(isSuccess: (result: Result) => boolean) {
    this.#isSuccess = isSuccess;
  }

  /** Undefined where it has to be tried. */
  known(key: string): Result | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    const isFresh = this.#isSuccess(kept.result) || Date.now() - kept.triedAtMs < PROBE_FAILURE_KEPT_MS;
    return isFresh ? kept.result : undefined;
  }

  /**
   * Tries, or waits for whoever is trying already. @param signal Ends the wait, and the trial when nobody else waits for it.
   * @throws its reason; what `tryOut` throws, which is not kept.
   */
  async run(
    key: string,
    tryOut: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    return await this.#running.ask(key, (unwanted) => this.#keep(key, tryOut, unwanted), signal);
  }

  /** Whoever has asked during a trial has its result. */
  async #keep(
    key: string,
    tryOut: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const known = this.known(key);
    if (known !== undefined) return known;
    const result = await tryOut(signal);
    signal.throwIfAborted();
    this.#kept.set(key, { result, triedAtMs: Date.now() });
    return result;
  }
}
