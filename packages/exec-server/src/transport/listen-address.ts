import { BlockList, isIP } from 'node:net';

/** Where a server takes connections. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'stdio' };

/** Where a server listens unless told otherwise: loopback, a free port. */
export const DEFAULT_LISTEN_URL = 'ws://127.0.0.1:0';

/** What Linux and macOS both have room for, the terminating zero left out. */
const MAX_SOCKET_PATH_BYTES = 103;

const FORMS = 'use ws://IP:PORT (port 0 picks a free one), unix:PATH, or stdio';

/** @throws RangeError with the forms that are understood. */
export function parseListenUrl(text: string): ListenAddress {
  if (text === 'stdio' || text === 'stdio://') return { kind: 'stdio' };
  if (text.startsWith('unix:') && text.length > 'unix:'.length)
    return unixAddress(text.slice('unix:'.length));
  const match = /^ws:\/\/(\[[^\]]+\]|[^:/]+):(\d{1,5})\/?$/.exec(text);
  const host = match?.[1]?.replace(/^\[(.*)\]$/, '$1') ?? '';
  const port = Number(match?.[2]);
  if (isIP(host) === 0 || port > 65_535)
    throw new RangeError(`cannot listen on ${JSON.stringify(text)}: ${FORMS}`);
  if (!isLoopback(host)) {
    throw new RangeError(
      `cannot listen on ${host}: without TLS this server takes connections on loopback only; reach it through ssh -L, or use unix:PATH`,
    );
  }
  return { kind: 'tcp', host, port };
}

function unixAddress(path: string): ListenAddress {
  // The system has room for no more, and Node cuts a longer path without a word.
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return { kind: 'unix', path };
  throw new RangeError(
    `cannot listen on unix:${path}: the path of a socket has at most ${String(MAX_SOCKET_PATH_BYTES)} bytes; use a shorter one`,
  );
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  return loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}
