import {
  ExecError,
  MAX_POLICY_QUESTIONS,
  MAX_POLICY_REASON_LENGTH,
  MAX_POLICY_RECORDS,
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

/** A question as it goes to a client. */
export type PolicyQuestion = ParamsOf<typeof networkPolicyRequest>;

/** A decision as it is told to a client. */
export type PolicyRecord = ParamsOf<typeof networkPolicyDecision>;

/** The connection through which a session asks and tells. */
export interface PolicyClient {
  /** Fails with `connectionLost` where the connection ends before the answer comes. */
  ask(question: PolicyQuestion): Promise<ResultOf<typeof networkPolicyRequest>>;
  /** There are records to be taken. */
  onRecords(): void;
}

interface OpenQuestion {
  readonly question: PolicyQuestion;
  settle(answer: NetworkAnswer): void;
}

/** A client, and how many questions it has not answered, those included for which nobody waits any more. */
interface Connected {
  readonly client: PolicyClient;
  unanswered: number;
}

const NO: NetworkAnswer = { type: 'deny' };

/**
 * What the managed networks of one session ask and tell, over all its connections. A question outlives its connection: it
 * is asked again over the next one, under its number, for as long as its time lasts. Whatever else comes of it is a no.
 */
export class PolicyDesk implements NetworkOverseer {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #open = new Set<OpenQuestion>();
  readonly #records: PolicyRecord[] = [];
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
  ): Promise<NetworkAnswer> {
    const waiting = Math.max(this.#open.size, this.#connected?.unanswered ?? 0);
    if (this.#isClosed || signal.aborted || waiting >= MAX_POLICY_QUESTIONS) return Promise.resolve(NO);
    this.#lastQuestion += 1;
    const question = { processId, request: { protocol, host, port }, question: this.#lastQuestion };
    return new Promise((resolve) => {
      const giveUp = (): void => {
        open.settle(NO);
      };
      const deadline: Timer = this.#clock.after(timeoutMs + POLICY_DECISION_GRACE_MS, giveUp);
      const open: OpenQuestion = {
        question,
        settle: (answer) => {
          if (!this.#open.delete(open)) return;
          deadline.cancel();
          signal.removeEventListener('abort', giveUp);
          resolve(answer);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#open.add(open);
      this.#ask(open);
    });
  }

  record(processId: ProcessId, decision: NetworkDecision): void {
    const record = policyRecord(processId, decision);
    if (record === undefined || this.#isClosed) return;
    this.#records.push(record);
    if (this.#records.length > MAX_POLICY_RECORDS) this.#records.shift();
    this.#connected?.client.onRecords();
  }

  /** The next record; it is told once. */
  takeRecord(): PolicyRecord | undefined {
    return this.#records.shift();
  }

  /** From now on this client is asked and told, of what waits first. */
  connect(client: PolicyClient): void {
    this.#connected = { client, unanswered: 0 };
    for (const open of this.#open) this.#ask(open);
    if (this.#records.length > 0) client.onRecords();
  }

  /** A client has gone; another one may be there already. */
  disconnect(client: PolicyClient): void {
    if (this.#connected?.client === client) this.#connected = undefined;
  }

  /** Nobody will come any more. */
  close(): void {
    this.#isClosed = true;
    this.#connected = undefined;
    this.#records.length = 0;
    for (const open of this.#open) open.settle(NO);
  }

  #ask(open: OpenQuestion): void {
    const connected = this.#connected;
    if (connected === undefined) return;
    connected.unanswered += 1;
    connected.client.ask(open.question).then(
      ({ decision }) => {
        connected.unanswered -= 1;
        open.settle(answerOf(decision));
      },
      (error: unknown) => {
        connected.unanswered -= 1;
        const isLost = error instanceof ExecError && error.kind === 'connectionLost';
        if (!isLost) open.settle(NO);
      },
    );
  }
}

function answerOf(decision: ResultOf<typeof networkPolicyRequest>['decision']): NetworkAnswer {
  if (decision.type === 'allow') return decision;
  const reason = decision.reason?.slice(0, MAX_POLICY_REASON_LENGTH);
  return { type: decision.type, ...(reason === undefined || reason === '' ? {} : { reason }) };
}
