import type { NetworkDecision } from './gate.js';

/** What one command was refused of the network, each thing once; the newest ones stay. */
export class Refusals {
  readonly #limit: number;
  readonly #kept = new Map<string, NetworkDecision>();

  /** @param limit How many are kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The newest first. */
  get newest(): readonly NetworkDecision[] {
    return [...this.#kept.values()].reverse();
  }

  add(decision: NetworkDecision): void {
    const { protocol, host, port, reason } = decision;
    if (decision.decision === 'allow' || isNoRefusal(decision)) return;
    const key = JSON.stringify([protocol, host, port, reason]);
    this.#kept.delete(key);
    this.#kept.set(key, decision);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) break;
      this.#kept.delete(oldest);
    }
  }
}

/** What was no request at all says nothing about what the command was after, and what it gave up was refused by nobody. */
function isNoRefusal({ host, reason }: NetworkDecision): boolean {
  return reason === 'withdrawn' || (reason === 'malformed' && host === undefined);
}
