/** How much of a message has come. `length` is what it takes of the bytes. */
export type SocksMessage<T> =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'complete'; readonly length: number; readonly value: T };

/** What a client of SOCKS 5 asks for. */
export interface SocksRequest {
  readonly command: number;
  /** As written: a name, or an address. */
  readonly host: string;
  readonly port: number;
}

export const SOCKS_VERSION = 5;
export const SOCKS_CONNECT = 1;
export const NO_AUTHENTICATION = 0;

/** The answers of a server to a request. */
export const SOCKS_REPLY = {
  succeeded: 0,
  failed: 1,
  notAllowed: 2,
  hostUnreachable: 4,
  commandNotSupported: 7,
} as const;

/** Reads the first message: the ways in which the client could say who it is. */
export function readGreeting(bytes: Buffer): SocksMessage<readonly number[]> {
  const count = bytes[1];
  if (bytes[0] !== undefined && bytes[0] !== SOCKS_VERSION) return { kind: 'malformed' };
  if (count === undefined || bytes.length < 2 + count) return { kind: 'incomplete' };
  return { kind: 'complete', length: 2 + count, value: [...bytes.subarray(2, 2 + count)] };
}

/** Reads the second message. */
export function readSocksRequest(bytes: Buffer): SocksMessage<SocksRequest> {
  const [version, command, , type, first] = bytes;
  if (version !== undefined && version !== SOCKS_VERSION) return { kind: 'malformed' };
  if (command === undefined || type === undefined || first === undefined) return { kind: 'incomplete' };
  const span = hostSpan(type, first);
  if (span === undefined) return { kind: 'malformed' };
  const end = span.at + span.size;
  if (bytes.length < end + 2) return { kind: 'incomplete' };
  const host = span.read(bytes.subarray(span.at, end));
  return { kind: 'complete', length: end + 2, value: { command, host, port: bytes.readUInt16BE(end) } };
}

/** A reply to a request. Which address the connection comes from is nobody's business inside. */
export function socksReply(code: number): Buffer {
  return Buffer.from([SOCKS_VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}

interface HostSpan {
  readonly at: number;
  readonly size: number;
  readonly read: (bytes: Buffer) => string;
}

function hostSpan(type: number, first: number): HostSpan | undefined {
  switch (type) {
    case 1:
      return { at: 4, size: 4, read: (bytes) => bytes.join('.') };
    case 3:
      return { at: 5, size: first, read: (bytes) => bytes.toString('latin1') };
    case 4:
      return { at: 4, size: 16, read: (bytes) => bytes.toString('hex').replace(/(.{4})(?=.)/g, '$1:') };
    default:
      return undefined;
  }
}
