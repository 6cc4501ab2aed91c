/** How a process asked. `loopback` is a connection to a port of this machine that was opened inside. */
export type NetworkProtocol = 'http' | 'https_connect' | 'socks5_tcp' | 'loopback';

/** A request that no list names. */
export interface NetworkQuestion {
  readonly protocol: Exclude<NetworkProtocol, 'loopback'>;
  /** Canonical. */
  readonly host: string;
  readonly port: number;
}

/** What becomes of one request. `ask` refuses it as well, and says that somebody could have been asked. */
export type NetworkAnswer =
  | { readonly type: 'allow' }
  | { readonly type: 'deny' | 'ask'; readonly reason?: string | undefined };

/**
 * Decides about one request; nothing is remembered for the next. Where it fails or has no answer, the lists decide, which is
 * a refusal. Allowed or not, an address that is not public is reached only where it is listed.
 * @param signal Fires when nobody waits for the answer any more.
 */
export type NetworkDecider = (
  question: NetworkQuestion,
  signal: AbortSignal,
) => Promise<NetworkAnswer | undefined>;
