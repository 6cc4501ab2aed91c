import { PING_INTERVAL_MS, TAKEOVER_PONG_MS } from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../../clock.js';

/** What a watch over a connection needs of it. */
export interface LivenessOptions {
  readonly clock: Clock;
  /** Asks the client for a sign of life. @returns false where the carrier cannot; then silence says nothing. */
  ping(): boolean;
  /** Whether this side does not read at present, so that its own silence is not the client's. */
  isDeaf(): boolean;
  /** So long may a client be silent. */
  readonly silenceMs: number;
  /** The client is taken for dead. */
  onDead(reason: string): void;
}

/** A doubt is settled in so many steps, each of which lets what has arrived be read first. */
const PROBE_STEPS = 4;

/**
 * Asks a silent client for signs of life, and takes it for dead when there are none for too long, or for a short while
 * when somebody asks.
 *
 * Time is counted in steps, one timer after the other: when this program stood still, or the whole machine, that was one
 * step, whatever the clock says, and what the client sent meanwhile is read before the next.
 */
export class Liveness {
  readonly #options: LivenessOptions;
  readonly #intervalMs: number;
  readonly #silentSteps: number;
  #heardAt: number;
  #silentFor = 0;
  #watch: Timer | undefined;
  #probe: Timer | undefined;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#silentSteps = Math.max(2, Math.ceil(options.silenceMs / PING_INTERVAL_MS));
    this.#intervalMs = options.silenceMs / this.#silentSteps;
    this.#heardAt = options.clock.now();
    this.#watchFor(this.#intervalMs);
  }

  /** Something arrived. */
  heard(): void {
    this.#heardAt = this.#options.clock.now();
    this.#silentFor = 0;
    this.#probe?.cancel();
    this.#probe = undefined;
  }

  /** Somebody doubts that the client lives: it has two seconds to show it. */
  probe(): void {
    if (this.#probe !== undefined) return;
    this.#options.ping();
    this.#probeStep(1);
  }

  /** The connection has ended. */
  stop(): void {
    this.#watch?.cancel();
    this.#probe?.cancel();
  }

  #probeStep(step: number): void {
    this.#probe = this.#options.clock.after(TAKEOVER_PONG_MS / PROBE_STEPS, () => {
      if (step < PROBE_STEPS) this.#probeStep(step + 1);
      else this.#options.onDead('another connection asked for the session, and this one did not answer');
    });
  }

  #watchFor(delayMs: number): void {
    this.#watch = this.#options.clock.after(delayMs, () => {
      this.#look();
    });
  }

  #look(): void {
    const quietMs = this.#options.clock.now() - this.#heardAt;
    if (quietMs < this.#intervalMs) {
      this.#watchFor(this.#intervalMs - quietMs);
      return;
    }
    if (!this.#options.isDeaf()) this.#silentFor += 1;
    if (this.#silentFor >= this.#silentSteps) this.#options.onDead('the client was silent for too long');
    else if (this.#options.ping()) this.#watchFor(this.#intervalMs);
  }
}
