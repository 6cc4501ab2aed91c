import { MAX_HOST_RULES, MAX_LOOPBACK_PORTS } from '../limits.js';
import { refuse } from '../refuse.js';
import { type CanonicalHost, canonicalHost, isPort } from './canonical-host.js';
import { isLoopbackAddress } from './public-address.js';

/** A host and a port that a process asks for. */
export interface Target {
  readonly host: CanonicalHost;
  readonly port: number;
}

/** One line of an allow or deny list. */
export interface HostRule {
  /** As it was written. */
  readonly pattern: string;
  /** Canonical; without its wildcard. */
  readonly host: string;
  readonly covers: 'itself' | 'below' | 'itself and below' | 'every name';
  /** Undefined for the usual ports where it allows, and for every port where it denies. */
  readonly port: number | undefined;
}

/** Which hosts a process may reach. A denial wins. */
export interface HostRules {
  /** What lists them, such as a member of a start. */
  readonly listedIn: string;
  readonly allow: readonly HostRule[];
  readonly deny: readonly HostRule[];
}

/** Ports of a host that was allowed without one. */
export const USUAL_PORTS: readonly number[] = [80, 443];

/**
 * Reads an allow and a deny list. A line is `HOST`, `HOST:PORT`, or with a wildcard `*.HOST` for the names below,
 * `**.HOST` for the host and the names below, and `*` for every name. Addresses are reached only where they are listed.
 * @param listedIn Names the lists in what is thrown and told.
 * @throws ExecError `sandboxUnsupported`, naming the line.
 */
export function parseHostRules(
  lists: { readonly allow: readonly string[]; readonly deny: readonly string[] },
  listedIn = 'network',
): HostRules {
  if (lists.allow.length + lists.deny.length > MAX_HOST_RULES) {
    refuse(listedIn, `lists more than ${MAX_HOST_RULES} hosts; use wildcards such as *.example.com`);
  }
  const rules = {
    listedIn,
    allow: lists.allow.map((pattern) => parseRule(pattern, listedIn)),
    deny: lists.deny.map((pattern) => parseRule(pattern, listedIn)),
  };
  requirePorts(rules, isLoopbackRule);
  if (loopbackTargets(rules).length > MAX_LOOPBACK_PORTS) {
    refuse(listedIn, `lists more than ${MAX_LOOPBACK_PORTS} ports of this machine`);
  }
  return rules;
}

/**
 * Refuses what would open this machine as a whole: of it, single ports are allowed.
 * @param isOwn Whether a line stands for this machine.
 * @throws ExecError `sandboxUnsupported`, naming the line.
 */
export function requirePorts({ allow, listedIn }: HostRules, isOwn: (rule: HostRule) => boolean): void {
  const open = allow.find((rule) => rule.port === undefined && isOwn(rule));
  if (open === undefined) return;
  const { pattern } = open;
  refuse(listedIn, `${pattern} is this machine, of which single ports can be allowed; write ${pattern}:PORT`);
}

/** Ports of this machine that a process may reach under the same number, one target for each. */
export function loopbackTargets({ allow }: Pick<HostRules, 'allow'>): readonly Target[] {
  const byPort = new Map<number, Target>();
  for (const rule of allow.filter(isLoopbackRule)) {
    if (rule.port === undefined) continue;
    const host = { host: rule.host, isAddress: rule.host !== 'localhost' };
    byPort.set(rule.port, { host, port: rule.port });
  }
  return [...byPort.values()];
}

/** Whether a name is this machine by definition, and no server is asked for it. */
export function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** Whether a rule speaks of a host; its port is not looked at. */
export function coversHost({ host: apex, covers }: HostRule, { host, isAddress }: CanonicalHost): boolean {
  const isBelow = !isAddress && host.endsWith(`.${apex}`);
  switch (covers) {
    case 'itself':
      return host === apex;
    case 'below':
      return isBelow;
    case 'itself and below':
      return host === apex || isBelow;
    case 'every name':
      return !isAddress && !isLocalName(host);
  }
}

/**
 * Whether a denying rule speaks of a host; its port is not looked at. The loopback is one thing, whichever of its addresses is
 * named: a server that listens for all of them answers at each.
 */
export function deniesHost(rule: HostRule, host: CanonicalHost): boolean {
  return coversHost(rule, host) || (isLoopbackRule(rule) && isLoopback(host));
}

/** Whether an allowing rule opens a port. */
export function opensPort(rule: HostRule, port: number): boolean {
  return rule.port === undefined ? USUAL_PORTS.includes(port) : rule.port === port;
}

/** A host, and behind it something else than a port. */
const NO_PORT = /^(\[[^\]]*\]|[^:/]*):(?!\d{1,5}$)[^:/]*$/;

const LINE = /^(\*\*?\.)?(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/;

function parseRule(pattern: string, origin: string): HostRule {
  const [, wildcard, written, port] = LINE.exec(pattern) ?? [];
  if (port === undefined ? NO_PORT.test(pattern) : !isPort(Number(port))) {
    refuse(origin, `${pattern} has no port between 1 and 65535`);
  }
  return {
    pattern,
    port: port === undefined ? undefined : Number(port),
    ...(wildcard === undefined && written === '*'
      ? EVERY_NAME
      : coverage(pattern, wildcard, written ?? '', origin)),
  };
}

const EVERY_NAME = { host: '', covers: 'every name' } as const;

function coverage(
  pattern: string,
  wildcard: string | undefined,
  written: string,
  origin: string,
): Pick<HostRule, 'host' | 'covers'> {
  const parsed = canonicalHost(written);
  if (parsed === undefined) {
    refuse(origin, `${JSON.stringify(pattern)} is no host; write HOST, HOST:PORT or *.HOST`);
  }
  const { host, isAddress } = parsed;
  if (wildcard === undefined) return { host, covers: 'itself' };
  if (isAddress || !host.includes('.')) {
    refuse(origin, `${pattern} would cover hosts of too many owners; name a domain, such as *.example.com`);
  }
  return { host, covers: wildcard === '*.' ? 'below' : 'itself and below' };
}

function isLoopback({ host, isAddress }: CanonicalHost): boolean {
  return isAddress ? isLoopbackAddress(host) : isLocalName(host);
}

function isLoopbackRule({ host, covers }: HostRule): boolean {
  return covers === 'itself' && (host === 'localhost' || isLoopbackAddress(host));
}
