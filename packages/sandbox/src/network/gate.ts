import type { Socket } from 'node:net';
import { PROXY_CONNECT_TIMEOUT_MS } from '../limits.js';
import { canonicalHost } from './canonical-host.js';
import type { NetworkAnswer, NetworkDecider, NetworkProtocol } from './decider.js';
import { type HostRule, type HostRules, isLocalName, type Target } from './host-rules.js';
import { denialOf, isUnlisted, judgeTarget, type RefusalReason, usableAddresses } from './judge.js';
import type { Resolution } from './names/lookups.js';
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
  /** What is on its way, and how each is given up. */
  readonly #opening = new Set<AbortController>();
  #isClosed = false;

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
  }

  /** @param gone Fires when whoever asks has gone: then nothing is asked, looked up or connected any more. */
  async open(caller: NetworkCaller, target: Target, gone: AbortSignal): Promise<Passage> {
    const opening = new AbortController();
    const giveUp = (): void => opening.abort();
    this.#opening.add(opening);
    gone.addEventListener('abort', giveUp, { once: true });
    if (gone.aborted || this.#isClosed) giveUp();
    try {
      const verdict = await this.#judge(caller, target, opening.signal);
      if (verdict.decision === 'deny') return this.#refuseTarget(caller, target, verdict);
      const deadline = setTimeout(giveUp, PROXY_CONNECT_TIMEOUT_MS);
      return await this.#openAllowed(caller, target, verdict, opening.signal).finally(() =>
        clearTimeout(deadline),
      );
    } finally {
      gone.removeEventListener('abort', giveUp);
      this.#opening.delete(opening);
    }
  }

  /** Nobody is inside any more: what is on its way is given up. */
  close(): void {
    this.#isClosed = true;
    for (const opening of this.#opening) opening.abort();
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

  async #judge({ protocol }: NetworkCaller, target: Target, signal: AbortSignal): Promise<Judgement> {
    const { decision, rule, ...verdict } = judgeTarget(this.#rules, target);
    const reason = 'reason' in verdict ? verdict.reason : undefined;
    if (this.#decide === undefined || protocol === 'loopback' || !isUnlisted(reason)) {
      return { decision, reason, rule };
    }
    const question = { protocol, host: target.host.host, port: target.port };
    const answer = await this.#decide(question, signal).catch(() => undefined);
    if (signal.aborted) return { decision: 'deny', reason: 'withdrawn', rule };
    return { decision: answer?.type === 'allow' ? 'allow' : 'deny', reason, rule, answer };
  }

  async #openAllowed(
    caller: NetworkCaller,
    target: Target,
    judgement: Judgement,
    signal: AbortSignal,
  ): Promise<Passage> {
    const { rule } = judgement;
    const found = await this.#addressesOf(target, signal);
    if (found === 'too_many_lookups') {
      return this.#refuseTarget(caller, target, { decision: 'deny', reason: found, rule });
    }
    if ('denied' in found) {
      const denying = this.#denialOf(found.denied, target.port)?.pattern;
      return this.#refuseTarget(caller, target, { decision: 'deny', reason: 'denied', rule: denying });
    }
    const places = await this.#outside.locate(found);
    const own = found.filter((address) => places.get(address) === 'here');
    const usable = usableAddresses(this.#rules, target, found, own);
    if (found.length > 0 && usable.length === 0) {
      return this.#refuseTarget(caller, target, { decision: 'deny', reason: 'not_allowed_local', rule });
    }
    this.#note(caller, target, judgement);
    const reachable = usable.filter((address) => places.get(address) !== 'nowhere');
    return this.#dial(reachable, target.port, signal);
  }

  async #addressesOf({ host: { host, isAddress }, port }: Target, signal: AbortSignal): Promise<Resolution> {
    if (isAddress) return [host];
    if (isLocalName(host)) return ['127.0.0.1', '::1'];
    const denial = {
      key: String(port),
      covers: (name: string) =>
        canonicalHost(name)?.isAddress !== false || this.#denialOf(name, port) !== undefined,
    };
    const found = await this.#outside.resolve(host, signal, denial);
    if (found === 'too_many_lookups' || 'denied' in found) return found;
    return found.flatMap((one) => canonicalHost(one)?.host ?? []);
  }

  #denialOf(name: string, port: number): HostRule | undefined {
    const host = canonicalHost(name);
    return host === undefined ? undefined : denialOf(this.#rules, { host, port });
  }

  async #dial(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Passage> {
    for (const address of addresses) {
      if (signal.aborted) break;
      try {
        return { outcome: 'open', socket: await this.#outside.connect(address, port, signal) };
      } catch {
        // The next one may answer.
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
