import { MAX_CLIENT_HELLO_BYTES } from '../../limits.js';
import { GrowingBuffer } from './growing-buffer.js';

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
/** Those of TLS. Servers read over some that come before a hello, such as a warning. */
const FIRST_RECORD = 20;
const LAST_RECORD = 24;
const CLIENT_HELLO = 1;
const SERVER_NAME_EXTENSION = 0;
const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;

/** Reads the start of what a client sends, each byte once, however it is cut. The message may be spread over records. */
export class OpeningReader {
  #seen = 0;
  readonly #header: number[] = [];
  /** Bytes of the record under way that are still to come. */
  #left = 0;
  readonly #message = new GrowingBuffer();

  /** @returns what all that was added says. Not to be called again once it has said something. */
  add(bytes: Buffer): Opening {
    const [first] = bytes;
    if (this.#seen === 0 && first !== undefined && first !== HANDSHAKE_RECORD) {
      return { kind: first >= FIRST_RECORD && first <= LAST_RECORD ? 'malformed' : 'other' };
    }
    this.#seen += bytes.length;
    try {
      this.#take(bytes.subarray(0, MAX_CLIENT_HELLO_BYTES));
      const opening = this.#opening();
      if (opening !== undefined) return opening;
    } catch {
      return { kind: 'malformed' };
    }
    return this.#seen > MAX_CLIENT_HELLO_BYTES ? { kind: 'malformed' } : { kind: 'incomplete' };
  }

  #take(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#left === 0) {
        this.#header.push(bytes[at] ?? 0);
        at += 1;
        if (this.#header.length === RECORD_HEADER) this.#beginRecord();
      } else {
        const part = bytes.subarray(at, at + this.#left);
        this.#message.add(part);
        this.#left -= part.length;
        at += part.length;
      }
    }
  }

  #beginRecord(): void {
    const [type = 0, , , high = 0, low = 0] = this.#header.splice(0);
    if (type !== HANDSHAKE_RECORD) throw new RangeError('another record within the message');
    this.#left = high * 256 + low;
    if (this.#left === 0) throw new RangeError('an empty record');
  }

  /** @throws RangeError for what is no such message. */
  #opening(): Opening | undefined {
    const message = this.#message.bytes;
    if (message.length >= 1 && message[0] !== CLIENT_HELLO) return { kind: 'malformed' };
    if (message.length < HANDSHAKE_HEADER) return undefined;
    const length = message.readUIntBE(1, 3);
    if (length > MAX_CLIENT_HELLO_BYTES) return { kind: 'malformed' };
    const body = message.subarray(HANDSHAKE_HEADER, HANDSHAKE_HEADER + length);
    return body.length === length ? { kind: 'tls', serverName: serverNameOf(body) } : undefined;
  }
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
  const names: string[] = [];
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const content = extensions.block(2);
    if (type === SERVER_NAME_EXTENSION) names.push(hostNameIn(content));
  }
  // Which of several a server takes, nobody knows.
  if (names.length > 1) throw new RangeError('several names');
  return names[0];
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
