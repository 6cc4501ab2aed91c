import {
  coversHost,
  deniesHost,
  type HostRule,
  type HostRules,
  isLocalName,
  opensPort,
  type Target,
} from './host-rules.js';
import { isLoopbackAddress, isPublicAddress } from './public-address.js';

/** Why something was refused. */
export type RefusalReason =
  /** A rule denies the host. */
  | 'denied'
  /** No rule allows the host. */
  | 'not_allowed'
  /** The host is allowed, on other ports. */
  | 'not_allowed_port'
  /** It is, or its name stands for, an address that is not public and not listed. */
  | 'not_allowed_local'
  /** The request names no host, in a spelling that could be judged. */
  | 'invalid_target'
  /** The request, or what is sent through it, names another host than it goes to. */
  | 'other_host'
  /** A protocol or a command that is not forwarded. */
  | 'not_supported'
  | 'malformed'
  | 'too_many_connections'
  /** So many other names are to be looked up first. */
  | 'too_many_lookups'
  /** Who made the request gave it up before anybody had decided about it. */
  | 'withdrawn';

/** What becomes of a request. */
export type Verdict =
  | { readonly decision: 'allow'; readonly rule: string }
  | { readonly decision: 'deny'; readonly reason: RefusalReason; readonly rule: string | undefined };

/** Judges what was asked for, before its name is resolved. */
export function judgeTarget(rules: HostRules, { host, port }: Target): Verdict {
  const denial = denialOf(rules, { host, port });
  if (denial !== undefined) return { decision: 'deny', reason: 'denied', rule: denial.pattern };
  const allowing = rules.allow.filter((rule) => coversHost(rule, host));
  const allowed = allowing.find((rule) => opensPort(rule, port));
  if (allowed !== undefined) return { decision: 'allow', rule: allowed.pattern };
  if (allowing[0] !== undefined) {
    return { decision: 'deny', reason: 'not_allowed_port', rule: allowing[0].pattern };
  }
  const isLocal = host.isAddress ? !isPublicAddress(host.host) : isLocalName(host.host);
  return { decision: 'deny', reason: isLocal ? 'not_allowed_local' : 'not_allowed', rule: undefined };
}

/** The line that denies a target, if one does. */
export function denialOf({ deny }: HostRules, { host, port }: Target): HostRule | undefined {
  return deny.find((rule) => deniesHost(rule, host) && (rule.port === undefined || rule.port === port));
}

/** Whether something was refused only because no list names it. What is local or denied is beyond question. */
export function isUnlisted(reason: RefusalReason | undefined): boolean {
  return reason === 'not_allowed' || reason === 'not_allowed_port';
}

/**
 * Those addresses of an allowed target that may be connected to. What is not public must be listed itself: whoever answers
 * for a name could have it stand for anything. What is this machine must be listed with that port.
 * @param addresses Canonical; what the name was resolved to.
 * @param own Those of them that are this machine.
 */
export function usableAddresses(
  rules: HostRules,
  { port }: Target,
  addresses: readonly string[],
  own: readonly string[],
): readonly string[] {
  return addresses.filter((address) => {
    const host = { host: address, isAddress: true };
    const { decision, ...verdict } = judgeTarget(rules, { host, port });
    if ('reason' in verdict && verdict.reason === 'denied') return false;
    if (isLoopbackAddress(address) || own.includes(address)) return isOpenHere(rules, { host, port });
    return decision === 'allow' || isPublicAddress(address);
  });
}

/** Whether a port of this machine was opened by its number, under this address or for the whole loopback. */
function isOpenHere(rules: HostRules, { host, port }: Target): boolean {
  if (rules.allow.some((rule) => rule.port === port && coversHost(rule, host))) return true;
  const loopback = { host: { host: 'localhost', isAddress: false }, port };
  return isLoopbackAddress(host.host) && judgeTarget(rules, loopback).decision === 'allow';
}
