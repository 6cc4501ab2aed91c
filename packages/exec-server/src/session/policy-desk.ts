import {
  ExecError,
  MAX_POLICY_QUESTIONS,
  MAX_POLICY_QUESTIONS_PER_PROCESS,
  MAX_POLICY_REASON_LENGTH,
  MAX_POLICY_RECORDS,
  MAX_UNANSWERED_POLICY_QUESTIONS,
  type networkPolicyDecision,
  type networkPolicyRequest,
  type ParamsOf,
  POLICY_DECISION_GRACE_MS,
  type ProcessId,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { NetworkAnswer, NetworkDecision, NetworkQuestion } from '@holdfast/sandbox';
import type { Clock, Timer } from '../clock.js';
import type { NetworkOverseer } from '../process/sandbox/network-order.js';
import { policyRecord } from './policy-record.js';
import { RecordQueue, type RecordTeller } from './record-queue.js';

/** A question as it goes to a client. */
export type PolicyQuestion = ParamsOf<typeof networkPolicyRequest>;

/** A decision as it is told to a client. */
export type PolicyRecord = ParamsOf<typeof networkPolicyDecision>;

/** The connection through which a session asks and tells. */
export interface PolicyClient extends RecordTeller {
  /** Fails with `connectionLost` where the connection ends before the answer comes. */
  ask(question: PolicyQuestion): Promise<ResultOf<typeof networkPolicyRequest>>;
}

/** A client, and how many questions it has not answered, those included for which nobody waits any more. */
interface Connected {
  readonly client: PolicyClient;
  unanswered: number;
}

/** A question from when it comes until it is answered or its time is over, also when nobody waits for it any more. */
interface HeldQuestion {
  readonly question: PolicyQuestion;
  /** Where it was asked last, while an answer can come from there. */
  askedAt: Connected | undefined;
  /** Whoever waits gets the answer, once; without one, nobody has decided. */
  settle(answer?: NetworkAnswer): void;
  /** No answer to it matters any more. */
  end(): void;
}

/**
 * What the managed networks of one session ask and tell, over all its connections. A question outlives its connection: it
 * is asked again over the next one, under its number, for as long as its time lasts. Whatever else comes of it decides
 * nothing, so that the lists do.
 *
 * A question that its process has given up takes no place from others, but stays one of those that this process may ask:
 * the client cannot be told, and may have it before it until its time is over.
 */
export class PolicyDesk implements NetworkOverseer {
  readonly #clock: Pick<Clock, 'after'>;
  /** Those that somebody waits for … */
  readonly #open = new Set<HeldQuestion>();
  /** … and those as well that a client may have before it. */
  readonly #held = new Set<HeldQuestion>();
  readonly #records = new RecordQueue<PolicyRecord>(MAX_POLICY_RECORDS);
  #connected: Connected | undefined;
  #lastQuestion = 0;
  #isClosed = false;

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  decide(
    processId: ProcessId,
    { protocol, host, port }: NetworkQuestion,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<NetworkAnswer | undefined> {
    if (signal.aborted || !this.#hasRoomFor(processId)) return Promise.resolve(undefined);
    this.#lastQuestion += 1;
    const question = { processId, request: { protocol, host, port }, question: this.#lastQuestion };
    return new Promise((resolve) => {
      const giveUp = (): void => {
        held.settle();
        if (held.askedAt === undefined) held.end();
      };
      const deadline: Timer = this.#clock.after(timeoutMs + POLICY_DECISION_GRACE_MS, () => {
        held.settle();
        held.end();
      });
      const held: HeldQuestion = {
        question,
        askedAt: undefined,
        settle: (answer) => {
          if (!this.#open.delete(held)) return;
          signal.removeEventListener('abort', giveUp);
          resolve(answer);
        },
        end: () => {
          this.#held.delete(held);
          deadline.cancel();
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#open.add(held);
      this.#held.add(held);
      this.#ask(held);
    });
  }

  record(processId: ProcessId, decision: NetworkDecision): void {
    const record = policyRecord(processId, decision);
    if (record !== undefined) this.#records.add(record);
  }

  /** The next record; it is told once. */
  takeRecord(): PolicyRecord | undefined {
    return this.#records.take();
  }

  /** From now on this client is asked and told, of what waits first. */
  connect(client: PolicyClient): void {
    this.#connected = { client, unanswered: 0 };
    for (const held of this.#open) this.#ask(held);
    this.#records.connect(client);
  }

  /** A client has gone; another one may be there already. */
  disconnect(client: PolicyClient): void {
    if (this.#connected?.client === client) this.#connected = undefined;
    this.#records.disconnect(client);
  }

  /** Nobody will come any more. */
  close(): void {
    this.#isClosed = true;
    this.#connected = undefined;
    this.#records.close();
    for (const held of this.#held) {
      held.settle();
      held.end();
    }
  }

  #hasRoomFor(processId: ProcessId): boolean {
    if (this.#isClosed || this.#open.size >= MAX_POLICY_QUESTIONS) return false;
    if ((this.#connected?.unanswered ?? 0) >= MAX_UNANSWERED_POLICY_QUESTIONS) return false;
    const own = [...this.#held].filter(({ question }) => question.processId === processId);
    return own.length < MAX_POLICY_QUESTIONS_PER_PROCESS;
  }

  #ask(held: HeldQuestion): void {
    const connected = this.#connected;
    if (connected === undefined) return;
    connected.unanswered += 1;
    held.askedAt = connected;
    connected.client.ask(held.question).then(
      ({ decision }) => {
        connected.unanswered -= 1;
        held.settle(answerOf(decision));
        held.end();
      },
      (error: unknown) => {
        connected.unanswered -= 1;
        const isLost = error instanceof ExecError && error.kind === 'connectionLost';
        if (!isLost) held.settle();
        // It may have been asked again by now, and then lies elsewhere.
        if (held.askedAt !== connected) return;
        held.askedAt = undefined;
        if (!this.#open.has(held)) held.end();
      },
    );
  }
}

function answerOf(decision: ResultOf<typeof networkPolicyRequest>['decision']): NetworkAnswer {
  if (decision.type === 'allow') return decision;
  const reason = decision.reason?.slice(0, MAX_POLICY_REASON_LENGTH);
  return { type: decision.type, ...(reason === undefined || reason === '' ? {} : { reason }) };
}
