import {
  type Extensions,
  networkPolicyDecision,
  type networkPolicyRequest,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { PolicyClient, PolicyDesk, PolicyQuestion } from '../session/policy-desk.js';
import type { EventPush } from './outgoing/event-push.js';
import type { MessageSource } from './outgoing/outbox.js';
import { recordSource } from './record-source.js';

/** What carries questions and records of managed networks to one client. */
export interface PolicyLinkOptions {
  readonly desk: PolicyDesk;
  readonly push: EventPush;
  readonly extensions: Extensions;
  /** Sends a question over the connection. */
  readonly ask: (question: PolicyQuestion) => Promise<ResultOf<typeof networkPolicyRequest>>;
}

/** One connection as the managed networks of its session see it. */
export class PolicyLink implements PolicyClient {
  readonly #options: PolicyLinkOptions;
  readonly #records: MessageSource;
  #isBegun = false;

  constructor(options: PolicyLinkOptions) {
    this.#options = options;
    this.#records = recordSource(networkPolicyDecision, () => options.desk.takeRecord());
  }

  /** The client has said that it is ready, perhaps again. */
  begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#options.desk.connect(this);
  }

  end(): void {
    this.#options.desk.disconnect(this);
  }

  ask({ question, ...asked }: PolicyQuestion): Promise<ResultOf<typeof networkPolicyRequest>> {
    const { ask, extensions } = this.#options;
    return ask(extensions.replay === undefined ? asked : { ...asked, question });
  }

  onRecords(): void {
    this.#options.push.addSource(this.#records);
  }
}
