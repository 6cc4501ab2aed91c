import type { Clock, Timer } from '../clock.js';
import { HEARD, nextSilence, type Silence, TICKS_TO_VERDICT } from './silence.js';

/** What is watched, and what is done about it. */
export interface SilenceHost {
  readonly clock: Clock;
  /** How long the other side may say nothing. */
  readonly silenceMs: number;
  /** Asks for a sign of life. */
  ping(): void;
  /** There was none for `silenceMs`. */
  onSilent(): void;
}

/** Watches one connection for silence, until it is stopped. */
export class SilenceWatch {
  readonly #host: SilenceHost;
  #silence: Silence = HEARD;
  #timer: Timer | undefined;

  constructor(host: SilenceHost) {
    this.#host = host;
    this.#arm();
  }

  /** The other side showed that it lives. */
  heard(): void {
    this.#silence = HEARD;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer = this.#host.clock.after(this.#host.silenceMs / TICKS_TO_VERDICT, () => {
      this.#tick();
    });
  }

  #tick(): void {
    const { silence, action } = nextSilence(this.#silence);
    this.#silence = silence;
    if (action === 'giveUp') {
      this.#host.onSilent();
      return;
    }
    this.#arm();
    if (action === 'ping') this.#host.ping();
  }
}
