import type { ProcessId } from '@holdfast/exec-protocol';
import type {
  NetworkAnswer,
  NetworkDecider,
  NetworkDecision,
  NetworkIntent,
  NetworkQuestion,
} from '@holdfast/sandbox';

/** Whom the networks of a session's processes ask and tell. */
export interface NetworkOverseer {
  /** Never fails; undefined where nobody has decided, so that the lists do. @param signal Fires when nobody waits for it any more. */
  decide(
    id: ProcessId,
    question: NetworkQuestion,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<NetworkAnswer | undefined>;
  record(id: ProcessId, decision: NetworkDecision): void;
}

/** A network to be made for one process. */
export interface NetworkOrder {
  readonly intent: NetworkIntent;
  /** Undefined where the lists alone decide. */
  readonly decide: NetworkDecider | undefined;
  /** Hears of each decision. */
  readonly onDecision: (decision: NetworkDecision) => void;
}

/** The network that a start asks for, under the eyes of its session. Undefined where it asks for none. */
export function orderNetwork(
  intent: NetworkIntent | undefined,
  id: ProcessId,
  overseer: NetworkOverseer,
): NetworkOrder | undefined {
  if (intent === undefined) return undefined;
  const { decisionTimeoutMs } = intent;
  return {
    intent,
    decide:
      decisionTimeoutMs === undefined
        ? undefined
        : (question, signal) => overseer.decide(id, question, decisionTimeoutMs, signal),
    onDecision: (decision) => {
      overseer.record(id, decision);
    },
  };
}
