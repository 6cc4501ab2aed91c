import type { DialTarget } from './target.js';

/**
 * What keys the frames to a target are masked with; default random ones.
 *
 * A mask keeps what somebody else made us send from looking like a request to a cache on the way. On a Unix socket, on the
 * loopback interface and inside TLS there is nobody on the way, and masking would take either end a third of its time
 * whenever a file is written. A key of zeros says so, and changes nothing.
 */
export function maskingOf(target: DialTarget & { readonly kind: 'websocket' | 'unix' }): {
  readonly generateMask?: (key: Buffer) => void;
} {
  return isPrivate(target) ? { generateMask: clear } : {};
}

function isPrivate(target: DialTarget & { readonly kind: 'websocket' | 'unix' }): boolean {
  if (target.kind === 'unix') return true;
  const { protocol, hostname } = new URL(target.url);
  return protocol === 'wss:' || hostname === 'localhost' || hostname === '[::1]' || LOOPBACK.test(hostname);
}

// A URL writes every IPv4 address as four decimal numbers.
const LOOPBACK = /^127(?:\.\d{1,3}){3}$/;

function clear(key: Buffer): void {
  key.fill(0);
}
