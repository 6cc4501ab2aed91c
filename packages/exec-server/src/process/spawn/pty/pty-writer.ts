import { writeSync } from 'node:fs';
import { Fifo } from '../../../fifo.js';
import type { StdinWriter } from '../pipe/stdin-writer.js';
import { errorCode } from '../spawn-error.js';

/** What the writer has to know about the descriptor, which the reader owns. */
export interface TerminalEnd {
  readonly isOpen: boolean;
}

/**
 * Writes what is typed into a terminal.
 *
 * `end` types end-of-file (Ctrl-D), for a program that reads lines: once at the start of a line; twice behind an
 * unfinished one, because the first only hands that over. It ends one read, not the terminal: whoever reads next reads
 * on, and writes stay possible. A program in raw mode sees the bytes.
 *
 * `onBroken` comes at most once, when a write failed for good.
 */
export function writeTerminal(fd: number, end: TerminalEnd, onBroken: () => void): StdinWriter {
  return new PtyWriter(fd, end, onBroken);
}

interface Pending {
  readonly bytes: Uint8Array;
  readonly done: (error?: Error) => void;
}

// libuv writes to a terminal's server end blocking, and node-pty asks a full one again in every turn of the event loop.
// Neither will do, and Node offers no other way to wait for room: so it is asked at intervals that grow.
const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 64;

// A program that reads as fast as this writes must not hold up everybody else.
const TURN_BYTES = 256 * 1024;
const TURN_ENTRIES = 1024;

const EOT = 4;

/** After these the terminal's line is empty: the ends of a line, and the keys that throw it away. */
const LINE_STARTS: ReadonlySet<number> = new Set([
  0x0a, // newline
  0x0d, // return
  EOT,
  0x03, // interrupt
  0x15, // kill line
  0x1a, // suspend
  0x1c, // quit
]);

class PtyWriter implements StdinWriter {
  readonly #fd: number;
  readonly #end: TerminalEnd;
  readonly #onBroken: () => void;
  readonly #queue = new Fifo<Pending>();
  #writtenOfFirst = 0;
  #isAtLineStart = true;
  #waitMs = FIRST_WAIT_MS;
  #cancelWait: (() => void) | undefined;
  #isBroken = false;

  constructor(fd: number, end: TerminalEnd, onBroken: () => void) {
    this.#fd = fd;
    this.#end = end;
    this.#onBroken = onBroken;
  }

  write(bytes: Uint8Array, done: (error?: Error) => void): void {
    if (this.#isBroken || !this.#end.isOpen) {
      process.nextTick(done, closedError());
      return;
    }
    const last = bytes.at(-1);
    if (last !== undefined) this.#isAtLineStart = LINE_STARTS.has(last);
    this.#queue.add({ bytes, done });
    if (this.#cancelWait === undefined) this.#flush();
  }

  end(done: (error?: Error) => void): void {
    this.write(Buffer.alloc(this.#isAtLineStart ? 1 : 2, EOT), done);
  }

  close(): void {
    this.#isBroken = true;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    const error = closedError();
    for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take())
      process.nextTick(next.done, error);
  }

  #flush(): void {
    let budget = TURN_BYTES;
    let entries = TURN_ENTRIES;
    for (let { first } = this.#queue; first !== undefined; first = this.#queue.first) {
      const rest = first.bytes.subarray(this.#writtenOfFirst, this.#writtenOfFirst + budget);
      const written = this.#tryWrite(rest);
      if (written === undefined) return;
      this.#writtenOfFirst += written;
      budget -= written;
      if (this.#writtenOfFirst === first.bytes.length) {
        this.#queue.take();
        this.#writtenOfFirst = 0;
        process.nextTick(first.done);
        entries -= 1;
      }
      if ((budget === 0 || entries === 0) && this.#queue.first !== undefined) {
        this.#flushNextTurn();
        return;
      }
    }
  }

  /** Undefined when the terminal took nothing: then a wait has begun, or everything is over. */
  #tryWrite(bytes: Uint8Array): number | undefined {
    if (bytes.length === 0) return 0;
    if (!this.#end.isOpen) {
      this.close();
      return undefined;
    }
    try {
      const written = writeSync(this.#fd, bytes);
      this.#waitMs = FIRST_WAIT_MS;
      return written;
    } catch (error) {
      if (errorCode(error) === 'EAGAIN') {
        this.#flushLater();
      } else {
        this.close();
        this.#onBroken();
      }
      return undefined;
    }
  }

  #flushLater(): void {
    const timer = setTimeout(() => {
      this.#cancelWait = undefined;
      this.#flush();
    }, this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    this.#cancelWait = () => {
      clearTimeout(timer);
    };
  }

  #flushNextTurn(): void {
    const turn = setImmediate(() => {
      this.#cancelWait = undefined;
      this.#flush();
    });
    this.#cancelWait = () => {
      clearImmediate(turn);
    };
  }
}

function closedError(): Error {
  return new Error('the terminal is closed');
}
