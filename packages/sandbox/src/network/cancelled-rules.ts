import { isIP } from 'node:net';
import { type HostRule, type HostRules, USUAL_PORTS } from './host-rules.js';
import { denialOf } from './judge.js';

/** An allowing line of which a denying one leaves nothing, and that one, if there are such. */
export function cancelledRule(
  rules: HostRules,
): { readonly allowed: HostRule; readonly denied: HostRule } | undefined {
  for (const allowed of rules.allow) {
    const denied = cancellationOf(allowed, rules);
    if (denied !== undefined) return { allowed, denied };
  }
  return undefined;
}

function cancellationOf(allowed: HostRule, rules: HostRules): HostRule | undefined {
  const { host, covers, port } = allowed;
  if (covers !== 'itself') {
    return rules.deny.find((denied) => denied.port === undefined && isAsWide(denied, allowed));
  }
  const ports = port === undefined ? USUAL_PORTS : [port];
  const denials = ports.map((each) =>
    denialOf(rules, { host: { host, isAddress: isIP(host) !== 0 }, port: each }),
  );
  return denials.includes(undefined) ? undefined : denials[0];
}

/** Of two with wildcards; that a domain further up covers more is not looked at. */
function isAsWide(denied: HostRule, allowed: HostRule): boolean {
  if (denied.covers === 'every name') return true;
  return (
    denied.host === allowed.host && (denied.covers === allowed.covers || denied.covers === 'itself and below')
  );
}
