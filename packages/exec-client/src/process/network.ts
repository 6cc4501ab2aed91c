import type {
  networkPolicyDecision,
  networkPolicyRequest,
  ParamsOf,
  ResultOf,
} from '@holdfast/exec-protocol';

/** A request of a process that its lists do not name. */
export type NetworkRequest = ParamsOf<typeof networkPolicyRequest>['request'];

/** What becomes of it. `ask` refuses it as well, and says that somebody could have been asked. */
export type NetworkVerdict = ResultOf<typeof networkPolicyRequest>['decision'];

/** What was decided about one request. */
export type NetworkRecord = ParamsOf<typeof networkPolicyDecision>;

/** The network of one process: nothing but what is named here, through a proxy of the executor. */
export interface NetworkOptions {
  /**
   * Hosts that it may reach: `HOST`, `HOST:PORT`, `*.HOST` for the names below, `**.HOST` for both, `*` for every name; without
   * a port 80 and 443. Addresses that are not public are reached only where they stand here themselves. Default none.
   */
  readonly allow?: readonly string[];
  /** Hosts that it may not reach although `allow` covers them. */
  readonly deny?: readonly string[];
  /** Ports of the executor's loopback that are there under their numbers. */
  readonly loopbackPorts?: readonly number[];
  /**
   * Decides about each request to a host that neither list names; nothing is remembered. Default: it is refused, and so it is
   * where this fails or takes too long. Called once for each request, however often the link is lost, where the server has the
   * `replay` extension. `signal` fires when the answer does not matter any more: its time is over, or the process has closed.
   */
  readonly authorize?: (
    request: NetworkRequest,
    signal: AbortSignal,
  ) => NetworkVerdict | Promise<NetworkVerdict>;
  /** How long `authorize` may take before the request is refused; default 60,000. */
  readonly authorizeTimeoutMs?: number;
  /** Hears of each decision once it is made. What is told while the link is lost may be missing. */
  readonly onDecision?: (record: NetworkRecord) => void;
}
