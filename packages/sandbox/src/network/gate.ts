import type { Socket } from 'node:net';
import { PROXY_CONNECT_TIMEOUT_MS } from '../limits.js';
import { canonicalHost } from './canonical-host.js';
import { type HostRules, isLocalName, type Target } from './host-rules.js';
import { judgeTarget, type RefusalReason, usableAddresses } from './judge.js';
import type { Outside } from './outside.js';

/** How a process asked. `loopback` is a connection to a port of this machine that was opened inside. */
export type NetworkProtocol = 'http' | 'https_connect' | 'socks5_tcp' | 'loopback';

/** What was decided about one request; the record that a refusal is explained from. */
export interface NetworkDecision {
  readonly time: Date;
  readonly protocol: NetworkProtocol;
  readonly decision: 'allow' | 'deny';
  /** Canonical; where it is no host, its start as it was written. Undefined when the request named none. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** Why it was refused. */
  readonly reason: RefusalReason | undefined;
  /** The line of the lists that decided. */
  readonly rule: string | undefined;
}

/** What a request through the gate comes to. */
export type Passage =
  | { readonly outcome: 'open'; readonly socket: Socket }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason }
  /** Allowed, but the name has no address or nobody answers there. */
  | { readonly outcome: 'unreachable' };

/** The one way from a sandbox to the outside: what passes has been judged, and goes to the address that was judged. */
export class Gate {
  readonly #rules: HostRules;
  readonly #outside: Outside;
  readonly #onDecision: (decision: NetworkDecision) => void;

  constructor(rules: HostRules, outside: Outside, onDecision: (decision: NetworkDecision) => void) {
    this.#rules = rules;
    this.#outside = outside;
    this.#onDecision = onDecision;
  }

  async open(protocol: NetworkProtocol, target: Target): Promise<Passage> {
    const verdict = judgeTarget(this.#rules, target);
    if (verdict.decision === 'deny') return this.#refuseTarget(protocol, target, verdict);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), PROXY_CONNECT_TIMEOUT_MS);
    try {
      return await this.#openAllowed(protocol, target, verdict.rule, deadline.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Records a request that was refused before it came to a target. @returns the reason. */
  refuse(
    protocol: NetworkProtocol,
    reason: RefusalReason,
    about: { readonly host?: string; readonly port?: number } = {},
  ): RefusalReason {
    this.#onDecision({
      time: new Date(),
      protocol,
      decision: 'deny',
      host: about.host?.slice(0, MAX_WRITTEN_HOST),
      port: about.port,
      reason,
      rule: undefined,
    });
    return reason;
  }

  async #openAllowed(
    protocol: NetworkProtocol,
    target: Target,
    rule: string,
    deadline: AbortSignal,
  ): Promise<Passage> {
    const found = await beforeDeadline(this.#addressesOf(target), deadline).catch(() => []);
    const usable = usableAddresses(this.#rules, target, found, this.#outside.ownAddresses());
    if (found.length > 0 && usable.length === 0) {
      return this.#refuseTarget(protocol, target, { reason: 'not_allowed_local', rule });
    }
    this.#note(protocol, target, { decision: 'allow', reason: undefined, rule });
    return this.#dial(usable, target.port, deadline);
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

  #refuseTarget(
    protocol: NetworkProtocol,
    target: Target,
    { reason, rule }: { readonly reason: RefusalReason; readonly rule: string | undefined },
  ): Passage {
    this.#note(protocol, target, { decision: 'deny', reason, rule });
    return { outcome: 'refused', reason };
  }

  #note(
    protocol: NetworkProtocol,
    { host, port }: Target,
    verdict: Pick<NetworkDecision, 'decision' | 'reason' | 'rule'>,
  ): void {
    this.#onDecision({ time: new Date(), protocol, host: host.host, port, ...verdict });
  }
}

const MAX_WRITTEN_HOST = 128;

/** The search for an address cannot be stopped, only left. */
function beforeDeadline<T>(work: Promise<T>, deadline: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error('it took too long'));
    deadline.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => deadline.removeEventListener('abort', late));
  });
}
