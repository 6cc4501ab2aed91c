import {
  MAX_KEPT_POLICY_DECISIONS,
  type networkPolicyRequest,
  type ParamsOf,
  type ProcessId,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { NetworkSink } from '../connection/link.js';

type Decision = ResultOf<typeof networkPolicyRequest>;

interface Kept {
  readonly decision: Promise<Decision>;
  isMade: boolean;
}

const REFUSED: Decision = { decision: { type: 'deny' } };

/** Answers what servers ask about the networks of processes: once for each numbered question, however often it is asked. */
export class PolicyAnswers {
  readonly #sinkOf: (id: ProcessId) => NetworkSink | undefined;
  readonly #kept = new Map<number, Kept>();

  constructor(sinkOf: (id: ProcessId) => NetworkSink | undefined) {
    this.#sinkOf = sinkOf;
  }

  /** Never fails: what cannot be decided is refused. */
  answer(params: ParamsOf<typeof networkPolicyRequest>): Promise<Decision> {
    const { question } = params;
    if (question === undefined) return this.#decide(params);
    const known = this.#kept.get(question);
    if (known !== undefined) return known.decision;
    const kept: Kept = { decision: this.#decide(params), isMade: false };
    this.#kept.set(question, kept);
    void kept.decision.then(() => {
      kept.isMade = true;
      this.#forgetOldest();
    });
    return kept.decision;
  }

  async #decide({ processId, request }: ParamsOf<typeof networkPolicyRequest>): Promise<Decision> {
    try {
      const decision = await this.#sinkOf(processId)?.authorize(request);
      return decision === undefined ? REFUSED : { decision };
    } catch {
      // Whoever decides hears of his own errors; the server needs to know nothing but that it is no.
      return REFUSED;
    }
  }

  #forgetOldest(): void {
    if (this.#kept.size <= MAX_KEPT_POLICY_DECISIONS) return;
    for (const [question, { isMade }] of this.#kept) {
      if (!isMade) continue;
      this.#kept.delete(question);
      return;
    }
  }
}
