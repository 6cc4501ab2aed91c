import { MAX_CLIENT_HELLO_BYTES } from '../../limits.js';

/** What the first bytes of a connection say about whom they are meant for. */
export type Opening =
  /** Too few bytes to say. */
  | { readonly kind: 'incomplete' }
  /** Something else than TLS. */
  | { readonly kind: 'other' }
  /** TLS to the server of that name; undefined where it names none. */
  | { readonly kind: 'tls'; readonly serverName: string | undefined }
  | { readonly kind: 'malformed' };

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME_EXTENSION = 0;
const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;

/** Reads the start of what a client sends. The message may be spread over several records. */
export function readOpening(bytes: Buffer): Opening {
  if (bytes.length === 0) return { kind: 'incomplete' };
  if (bytes[0] !== HANDSHAKE_RECORD) return { kind: 'other' };
  try {
    const message = handshakeBytes(bytes);
    if (message.length >= 1 && message[0] !== CLIENT_HELLO) return { kind: 'malformed' };
    if (message.length >= HANDSHAKE_HEADER) {
      const length = message.readUIntBE(1, 3);
      if (length > MAX_CLIENT_HELLO_BYTES) return { kind: 'malformed' };
      const body = message.subarray(HANDSHAKE_HEADER, HANDSHAKE_HEADER + length);
      if (body.length === length) return { kind: 'tls', serverName: serverNameOf(body) };
    }
  } catch {
    return { kind: 'malformed' };
  }
  return bytes.length > MAX_CLIENT_HELLO_BYTES ? { kind: 'malformed' } : { kind: 'incomplete' };
}

/** The contents of the records so far, joined. */
function handshakeBytes(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + RECORD_HEADER <= bytes.length; ) {
    if (bytes[at] !== HANDSHAKE_RECORD) break;
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0) throw new RangeError('an empty record');
    parts.push(bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
    at += RECORD_HEADER + length;
  }
  return Buffer.concat(parts);
}

/** @throws RangeError where a length leads out of the message. */
function serverNameOf(hello: Buffer): string | undefined {
  const VERSION_AND_RANDOM = 34;
  const reader = new LengthReader(hello, VERSION_AND_RANDOM);
  reader.block(1); // session
  reader.block(2); // cipher suites
  reader.block(1); // compression
  if (reader.isAtEnd) return undefined;
  const extensions = new LengthReader(reader.block(2), 0);
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const content = extensions.block(2);
    if (type === SERVER_NAME_EXTENSION) return hostNameIn(content);
  }
  return undefined;
}

function hostNameIn(extension: Buffer): string {
  const names = new LengthReader(new LengthReader(extension, 0).block(2), 0);
  if (names.number(1) !== 0) throw new RangeError('no host name');
  const name = names.block(2).toString('latin1');
  if (!names.isAtEnd) throw new RangeError('several names');
  return name;
}

/** Reads numbers and blocks that say their length. */
class LengthReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  number(size: number): number {
    const value = this.#bytes.readUIntBE(this.#at, size);
    this.#at += size;
    return value;
  }

  block(sizeOfLength: number): Buffer {
    const length = this.number(sizeOfLength);
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('a block leads out of the message');
    const block = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return block;
  }
}
