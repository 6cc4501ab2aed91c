import type { IncomingHttpHeaders } from 'node:http';
import { splitAuthority } from '../../canonical-host.js';
import type { Target } from '../../host-rules.js';
import type { RefusalReason } from '../../judge.js';

/** Where a request to a proxy is to go. */
export type RequestedTarget =
  | { readonly target: Target; readonly path: string }
  | { readonly reason: RefusalReason; readonly written: string };

const HTTP_PORT = 80;

/** The target of a plain request, which names a whole address. */
export function forwardTarget(url: string, rawHeaders: readonly string[]): RequestedTarget {
  const [, scheme, authority = '', rest = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)([^#]*)/i.exec(url) ?? [];
  if (scheme === undefined) return { reason: 'invalid_target', written: url };
  if (scheme.toLowerCase() !== 'http') return { reason: 'not_supported', written: url };
  if (namesFraming(rawHeaders)) return { reason: 'malformed', written: authority };
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return withSameHost(authority, HTTP_PORT, path, rawHeaders);
}

/** The target of CONNECT, which must name a port. */
export function connectTarget(authority: string, rawHeaders: readonly string[]): RequestedTarget {
  return withSameHost(authority, undefined, '', rawHeaders);
}

/** A target is only what everything in the request agrees about. */
function withSameHost(
  authority: string,
  defaultPort: number | undefined,
  path: string,
  rawHeaders: readonly string[],
): RequestedTarget {
  const target = splitAuthority(authority, defaultPort);
  if (target === undefined) return { reason: 'invalid_target', written: authority };
  const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host');
  const agrees = hosts.length <= 1 && hosts.every((host) => isSame(target, host, defaultPort ?? target.port));
  return agrees ? { target, path } : { reason: 'other_host', written: hosts.join(', ') };
}

function isSame(target: Target, written: string, defaultPort: number): boolean {
  const named = splitAuthority(written, defaultPort);
  return named !== undefined && named.host.host === target.host.host && named.port === target.port;
}

const HOP_BY_HOP = [
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['proxy-authorization', 'proxy-authenticate', 'proxy-authentication-info'],
];

/** Headers that no hop may call its own: they say where a request goes, and where it ends. */
const NEVER_HOP_BY_HOP: readonly string[] = ['content-length', 'host'];

function namesFraming(rawHeaders: readonly string[]): boolean {
  return rawHeaders.some(
    (value, at) =>
      at % 2 === 1 &&
      rawHeaders[at - 1]?.toLowerCase() === 'connection' &&
      value.split(',').some((name) => NEVER_HOP_BY_HOP.includes(name.trim().toLowerCase())),
  );
}

/** Headers that go on to the next hop: none that speak of this one. In pairs, as Node's `rawHeaders`. */
export function endToEndHeaders(
  rawHeaders: readonly string[],
  headers: IncomingHttpHeaders,
  leftOut: readonly string[],
): string[] {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named, ...leftOut]);
  return rawHeaders.filter((_, at) => !dropped.has((rawHeaders[at - (at % 2)] ?? '').toLowerCase()));
}

/** How a target is written in a Host header. */
export function hostHeader({ host: { host }, port }: Target): string {
  const written = host.includes(':') ? `[${host}]` : host;
  return port === HTTP_PORT ? written : `${written}:${port}`;
}
