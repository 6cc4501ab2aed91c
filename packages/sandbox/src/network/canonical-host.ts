import { isIPv4, isIPv6 } from 'node:net';
import { MAX_HOST_LENGTH } from '../limits.js';

/** The one spelling of a host, whatever a client wrote. */
export interface CanonicalHost {
  /** A name in lower case and ASCII, or an address in its shortest form; IPv4 in IPv6 is IPv4. */
  readonly host: string;
  readonly isAddress: boolean;
}

// Whatever could end a host in an address of the web, or stand for other characters.
const NEVER_IN_A_HOST = /[\p{Cc}\s%@/\\?#:[\]<>^|]/u;

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

/**
 * Reads a host as the web does: octal, hexadecimal, decimal and shortened addresses, full-width characters and capital
 * letters all come to the same. Undefined for what is no host.
 */
export function canonicalHost(written: string): CanonicalHost | undefined {
  if (written.length > MAX_HOST_LENGTH || written.includes('%')) return undefined;
  const ipv6 = written.startsWith('[') && written.endsWith(']') ? written.slice(1, -1) : written;
  if (isIPv6(ipv6)) return { host: canonicalIPv6(ipv6), isAddress: true };
  const host = NEVER_IN_A_HOST.test(written) ? undefined : hostnameOf(written)?.replace(/\.$/, '');
  if (host === undefined) return undefined;
  if (isIPv4(host)) return { host, isAddress: true };
  return NAME.test(host) && host.length <= MAX_HOST_LENGTH ? { host, isAddress: false } : undefined;
}

/** Splits `HOST:PORT`. @param defaultPort Where none is written; undefined when it must be. */
export function splitAuthority(
  authority: string,
  defaultPort: number | undefined,
): { readonly host: CanonicalHost; readonly port: number } | undefined {
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(authority);
  const host = canonicalHost(parts?.[1] ?? '');
  const port = parts?.[2] === undefined ? defaultPort : Number(parts[2]);
  if (host === undefined || port === undefined || !isPort(port)) return undefined;
  return { host, port };
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

function hostnameOf(host: string): string | undefined {
  return URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : undefined;
}

function canonicalIPv6(address: string): string {
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  return mapped
    .slice(1)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}
