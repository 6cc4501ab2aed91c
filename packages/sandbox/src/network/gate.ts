import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { PROXY_CONNECT_TIMEOUT_MS } from '../limits.js';
import { canonicalHost } from './canonical-host.js';
import type { NetworkAnswer, NetworkDecider, NetworkProtocol } from './decider.js';
import { type HostRules, isLocalName, type Target } from './host-rules.js';
import { isUnlisted, judgeTarget, type RefusalReason, usableAddresses } from './judge.js';
import type { Place } from './locate.js';
import type { Outside } from './outside.js';

/** One request, as it came. */
export interface NetworkCaller {
  readonly protocol: NetworkProtocol;
  /** Of HTTP; undefined elsewhere. */
  readonly method?: string | undefined;
  /** The end of the connection inside, `ADDRESS:PORT`. */
  readonly client?: string | undefined;
}

/** What was decided about one request; the record that a refusal is explained from. */
export interface NetworkDecision extends NetworkCaller {
  readonly time: Date;
  readonly decision: 'allow' | 'deny';
  /** Canonical; where it is no host, its start as it was written. Undefined when the request named none. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** Why it was refused, or would have been if nobody had been asked. */
  readonly reason: RefusalReason | undefined;
  /** What was said of it by whoever was asked; undefined where the lists decided. */
  readonly answer?: NetworkAnswer | undefined;
  /** The line of the lists that decided. */
  readonly rule: string | undefined;
}

/** What a request through the gate comes to. */
export type Passage =
  | { readonly outcome: 'open'; readonly socket: Socket }
  | {
      readonly outcome: 'refused';
      readonly reason: RefusalReason;
      readonly answer?: NetworkAnswer | undefined;
    }
  /** Allowed, but the name has no address or nobody answers there. */
  | { readonly outcome: 'unreachable' };

/** The one way from a sandbox to the outside: what passes has been judged, and goes to the address that was judged. */
export class Gate {
  readonly #rules: HostRules;
  readonly #outside: Outside;
  readonly #onDecision: (decision: NetworkDecision) => void;
  readonly #decide: NetworkDecider | undefined;
  readonly #closing = new AbortController();

  /** @param decide Is asked about every request that no list names; without it, what is not listed is refused. */
  constructor(
    rules: HostRules,
    outside: Outside,
    onDecision: (decision: NetworkDecision) => void,
    decide?: NetworkDecider,
  ) {
    this.#rules = rules;
    this.#outside = outside;
    this.#onDecision = onDecision;
    this.#decide = decide;
    setMaxListeners(0, this.#closing.signal);
  }

  async open(caller: NetworkCaller, target: Target): Promise<Passage> {
    const verdict = await this.#judge(caller, target);
    if (verdict.decision === 'deny') return this.#refuseTarget(caller, target, verdict);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), PROXY_CONNECT_TIMEOUT_MS);
    try {
      return await this.#openAllowed(caller, target, verdict, deadline.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Nobody is inside any more: what is still asked about is refused. */
  close(): void {
    this.#closing.abort();
  }

  /** Records a request that was refused before it came to a target. @returns the reason. */
  refuse(
    caller: NetworkCaller,
    reason: RefusalReason,
    about: { readonly host?: string; readonly port?: number } = {},
  ): RefusalReason {
    this.#onDecision({
      time: new Date(),
      ...caller,
      decision: 'deny',
      host: about.host?.slice(0, MAX_WRITTEN_HOST),
      port: about.port,
      reason,
      rule: undefined,
    });
    return reason;
  }

  async #judge({ protocol }: NetworkCaller, target: Target): Promise<Judgement> {
    const { decision, rule, ...verdict } = judgeTarget(this.#rules, target);
    const reason = 'reason' in verdict ? verdict.reason : undefined;
    if (this.#decide === undefined || protocol === 'loopback' || !isUnlisted(reason)) {
      return { decision, reason, rule };
    }
    const { signal } = this.#closing;
    const question = { protocol, host: target.host.host, port: target.port };
    const answer = await this.#decide(question, signal).catch((): NetworkAnswer => ({ type: 'deny' }));
    const isAllowed = answer.type === 'allow' && !signal.aborted;
    return { decision: isAllowed ? 'allow' : 'deny', reason, rule, answer };
  }

  async #openAllowed(
    caller: NetworkCaller,
    target: Target,
    judgement: Judgement,
    deadline: AbortSignal,
  ): Promise<Passage> {
    const found = await beforeDeadline(this.#addressesOf(target), deadline).catch(() => []);
    const places = new Map<string, Place>();
    for (const address of found) places.set(address, await this.#outside.locate(address));
    const own = found.filter((address) => places.get(address) === 'here');
    const usable = usableAddresses(this.#rules, target, found, own);
    if (found.length > 0 && usable.length === 0) {
      const { rule } = judgement;
      return this.#refuseTarget(caller, target, { decision: 'deny', reason: 'not_allowed_local', rule });
    }
    this.#note(caller, target, judgement);
    const reachable = usable.filter((address) => places.get(address) !== 'nowhere');
    return this.#dial(reachable, target.port, deadline);
  }

  async #addressesOf({ host: { host, isAddress } }: Target): Promise<readonly string[]> {
    if (isAddress) return [host];
    if (isLocalName(host)) return ['127.0.0.1', '::1'];
    const found = await this.#outside.resolve(host);
    return found.flatMap((address) => canonicalHost(address)?.host ?? []);
  }

  async #dial(addresses: readonly string[], port: number, deadline: AbortSignal): Promise<Passage> {
    for (const address of addresses) {
      try {
        return { outcome: 'open', socket: await this.#outside.connect(address, port, deadline) };
      } catch {
        if (deadline.aborted) break;
      }
    }
    return { outcome: 'unreachable' };
  }

  #refuseTarget(caller: NetworkCaller, target: Target, judgement: Judgement): Passage {
    this.#note(caller, target, judgement);
    const { reason = 'not_allowed', answer } = judgement;
    return { outcome: 'refused', reason, ...(answer === undefined ? {} : { answer }) };
  }

  #note(caller: NetworkCaller, { host, port }: Target, judgement: Judgement): void {
    this.#onDecision({ time: new Date(), ...caller, host: host.host, port, ...judgement });
  }
}

type Judgement = Pick<NetworkDecision, 'decision' | 'reason' | 'rule' | 'answer'>;

const MAX_WRITTEN_HOST = 128;

/** The search for an address cannot be stopped, only left. */
function beforeDeadline<T>(work: Promise<T>, deadline: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error('it took too long'));
    deadline.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => deadline.removeEventListener('abort', late));
  });
}
