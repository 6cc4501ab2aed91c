import { MAX_MESSAGE_BYTES } from '../limits.js';

/** Why no further line can be read from a stream. */
export interface LineFailure {
  readonly reason: 'tooLong' | 'invalidUtf8';
  readonly message: string;
}

/** Lines without their ends, in order. With a failure, they are the ones before it, and nothing follows. */
export interface LineBatch {
  readonly lines: readonly string[];
  readonly failure?: LineFailure;
}

/** Cuts a stream of bytes into lines of text, one message each. Chunks may be cut anywhere. */
export interface LineSplitter {
  /** Takes the next bytes, of which nothing is kept by reference. After a failure it answers that failure again. */
  push(chunk: Uint8Array): LineBatch;
  /** Takes the end of the stream and answers a last line that no newline ended. */
  end(): LineBatch;
}

/**
 * A splitter that refuses lines of more than `maxLineBytes`, line end excluded. Blank lines are left out.
 * @param maxLineBytes As a function it is asked anew whenever bytes arrive.
 */
export function createLineSplitter(maxLineBytes: number | (() => number) = MAX_MESSAGE_BYTES): LineSplitter {
  return new BoundedLineSplitter(typeof maxLineBytes === 'number' ? () => maxLineBytes : maxLineBytes);
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = /^[ \t\r]*$/;
const EMPTY = new Uint8Array(0);
// Memory of this size stays with the connection from one unfinished line to the next.
const KEPT_BYTES = 65_536;

class BoundedLineSplitter implements LineSplitter {
  readonly #limitOf: () => number;
  // A byte order mark would be data that the sender wrote, not ours to hide.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** The line so far; only the first `#pendingBytes` count. It doubles, so that many small chunks stay cheap. */
  #pending: Uint8Array = EMPTY;
  #pendingBytes = 0;
  #failure: LineFailure | undefined;

  constructor(limitOf: () => number) {
    this.#limitOf = limitOf;
  }

  get #maxLineBytes(): number {
    return this.#limitOf();
  }

  push(chunk: Uint8Array): LineBatch {
    const lines: string[] = [];
    let start = 0;
    while (this.#failure === undefined) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline === -1) break;
      this.#finish(chunk.subarray(start, newline), lines);
      start = newline + 1;
    }
    if (this.#failure === undefined) this.#keep(chunk.subarray(start));
    return this.#batch(lines);
  }

  end(): LineBatch {
    const lines: string[] = [];
    if (this.#failure === undefined) this.#finish(EMPTY, lines);
    return this.#batch(lines);
  }

  #finish(rest: Uint8Array, lines: string[]): void {
    let line = rest;
    if (this.#pendingBytes > 0) {
      // Checked first: the line that is refused is not worth a buffer.
      if (this.#isTooLong(rest)) return;
      this.#append(rest);
      line = this.#pending.subarray(0, this.#pendingBytes);
    }
    this.#pendingBytes = 0;
    const end = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
    if (end > this.#maxLineBytes) this.#refuse();
    else this.#decode(line.subarray(0, end), lines);
    if (this.#pending.length > KEPT_BYTES) this.#pending = EMPTY;
  }

  #keep(rest: Uint8Array): void {
    if (rest.length > 0 && !this.#isTooLong(rest)) this.#append(rest);
  }

  /** Whether the line so far is refused already. A carriage return may still turn out to be part of its end. */
  #isTooLong(rest: Uint8Array): boolean {
    const total = this.#pendingBytes + rest.length;
    const last = rest.at(-1) ?? this.#pending[this.#pendingBytes - 1];
    const length = last === CARRIAGE_RETURN ? total - 1 : total;
    if (length <= this.#maxLineBytes) return false;
    this.#refuse();
    return true;
  }

  #append(bytes: Uint8Array): void {
    const total = this.#pendingBytes + bytes.length;
    if (total > this.#pending.length) {
      const capacity = Math.min(Math.max(total, 2 * this.#pending.length), this.#maxLineBytes + 1);
      const grown = new Uint8Array(capacity);
      grown.set(this.#pending.subarray(0, this.#pendingBytes));
      this.#pending = grown;
    }
    this.#pending.set(bytes, this.#pendingBytes);
    this.#pendingBytes = total;
  }

  #decode(line: Uint8Array, lines: string[]): void {
    let text: string;
    try {
      text = this.#decoder.decode(line);
    } catch {
      this.#fail('invalidUtf8', 'a line is not valid UTF-8; send JSON text in UTF-8');
      return;
    }
    if (!BLANK.test(text)) lines.push(text);
  }

  #refuse(): void {
    this.#fail('tooLong', `a line exceeds ${String(this.#maxLineBytes)} bytes; send smaller messages`);
  }

  #fail(reason: LineFailure['reason'], message: string): void {
    this.#failure = { reason, message };
    this.#pending = EMPTY;
    this.#pendingBytes = 0;
  }

  #batch(lines: readonly string[]): LineBatch {
    return this.#failure === undefined ? { lines } : { lines, failure: this.#failure };
  }
}
