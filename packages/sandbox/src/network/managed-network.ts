import { isIP } from 'node:net';
import type { NetworkDecider } from './decider.js';
import { Gate, type NetworkDecision } from './gate.js';
import { type HostRules, loopbackTargets, requirePorts } from './host-rules.js';
import { Lookups } from './names/lookups.js';
import { openNetworkCell } from './network-cell.js';
import { type Outside, outsideWith } from './outside.js';
import { Proxy, type TakePlace } from './proxy/proxy.js';
import { proxyEnvironment } from './proxy/proxy-environment.js';

/** A network that holds nothing but what its rules allow, for one sandbox. */
export interface ManagedNetwork {
  /** What a program is started through to be in it. */
  readonly entrance: readonly [string, ...string[]];
  /** An environment with the variables through which programs find the proxy, where there is one. */
  environment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /** Ends every connection; nothing can be reached any more. */
  close(): void;
}

/** What a managed network is made of. */
export interface ManagedNetworkOptions {
  /** The absolute path of bubblewrap. */
  readonly bwrap: string;
  readonly rules: HostRules;
  /**
   * Where programs find the hosts of the rules. Default a proxy that speaks HTTP and SOCKS 5; null for none, so that only
   * the ports of this machine that the rules name are there.
   */
  readonly proxy?: { readonly servesSocks: boolean } | null;
  /** Is asked about every request that no rule names; default nobody, and it is refused. */
  readonly decide?: NetworkDecider | undefined;
  /** Called for each request, allowed or not. */
  readonly onDecision: (decision: NetworkDecision) => void;
  /** Called with what went wrong for each connection that was closed because it could not be served. */
  readonly onFault: (error: unknown) => void;
  /** What finds names, for all networks of one server; default one of its own. */
  readonly lookups?: Lookups;
  /** Is asked for a place for each connection; one that has none is closed, and refused as one too many. Default there is always one. */
  readonly takePlace?: TakePlace | undefined;
  /** Default the network of this machine, with names that `lookups` finds. */
  readonly outside?: Outside;
  /** Stops the wait for it. */
  readonly signal?: AbortSignal;
}

/**
 * Opens the network of one sandbox. Never share it: decisions are attributed to whoever is inside.
 * @throws ExecError `sandboxUnsupported` when this machine cannot make one, or the rules open an address of it without a port;
 *   `noDescriptors` when this process has none left for it.
 */
export async function openManagedNetwork({
  bwrap,
  rules,
  proxy: settings = { servesSocks: true },
  decide,
  onDecision,
  onFault,
  lookups = new Lookups(),
  takePlace,
  outside = outsideWith(lookups),
  signal,
}: ManagedNetworkOptions): Promise<ManagedNetwork> {
  await requireOwnPorts(rules, outside, signal);
  const targets = loopbackTargets(rules);
  const ports = targets.map(({ port }) => port);
  const cell = await openNetworkCell(bwrap, settings === null ? ports : [...ports, ANY_PORT], signal);
  const proxy = new Proxy(new Gate(rules, outside, onDecision, decide), onFault, {
    servesSocks: settings?.servesSocks,
    takePlace,
  });
  const [main] = cell.listeners.slice(targets.length);
  if (main !== undefined) proxy.serve(main.server);
  targets.forEach((target, at) => {
    const listener = cell.listeners[at];
    if (listener !== undefined) proxy.forward(listener.server, target);
  });
  return {
    entrance: cell.entrance,
    environment: (env) => (main === undefined ? env : proxyEnvironment(env, main.port)),
    close() {
      cell.close();
      proxy.close();
    },
  };
}

/** What the lists could not be held to while they were read: the addresses of this machine come and go. */
async function requireOwnPorts(
  rules: HostRules,
  outside: Outside,
  signal: AbortSignal | undefined,
): Promise<void> {
  const open = rules.allow.filter(({ port, host }) => port === undefined && isIP(host) !== 0);
  const places = await outside.locate(
    open.map(({ host }) => host),
    signal,
  );
  requirePorts(rules, ({ host }) => places.get(host) === 'here');
}

const ANY_PORT = 0;
