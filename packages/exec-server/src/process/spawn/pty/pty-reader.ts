import { readSync } from 'node:fs';
import type { ConnectOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream } from 'node:tty';
import { CHUNK_BYTES, DRAIN_BYTES, outputBuffer } from '../output-buffer.js';
import type { OutputReader } from '../pipe/output-reader.js';
import { errorCode } from '../spawn-error.js';

/** Reads the server's end of a terminal and closes it at the end. */
export interface TerminalReader extends OutputReader {
  /** False once the descriptor is closed: its number may belong to another file by then. */
  readonly isOpen: boolean;
}

/** Reports each chunk and, once, the end; chunks are in order, and are overwritten after `onChunk`. */
export function readTerminal(
  fd: number,
  onChunk: (bytes: Uint8Array) => void,
  onEnd: () => void,
): TerminalReader {
  return new PtyReader(fd, onChunk, onEnd);
}

// What Linux hands out in one read. A read that brings clearly less has emptied the terminal.
const FULL_READ_BYTES = 2048;
const READ_BYTES = 4096;

class PtyReader implements TerminalReader {
  readonly #fd: number;
  readonly #socket: ReadStream;
  readonly #onChunk: (bytes: Uint8Array) => void;
  readonly #onEnd: () => void;
  #hasEnded = false;

  constructor(fd: number, onChunk: (bytes: Uint8Array) => void, onEnd: () => void) {
    this.#fd = fd;
    this.#onChunk = onChunk;
    this.#onEnd = onEnd;
    const options: SocketConstructorOpts & ConnectOpts = {
      readable: true,
      writable: false,
      onread: {
        buffer: outputBuffer,
        callback: (length) => {
          this.#onChunk(outputBuffer.subarray(0, this.#fill(length)));
          return true;
        },
      },
    };
    this.#socket = new ReadStream(fd, options);
    const end = (): void => {
      this.#end();
    };
    // libuv takes a short read at a hang-up for the end, though more is there: a terminal gives 4 KiB at a time. The
    // descriptor is still open when that is reported.
    this.#socket.on('end', () => {
      this.cut();
    });
    this.#socket.on('error', end).on('close', end);
    // Begins to read. A resume would do so in a later turn, and would overtake a pause made in this one.
    this.#socket.read(0);
  }

  get fd(): number | undefined {
    return this.isOpen ? this.#fd : undefined;
  }

  get isOpen(): boolean {
    // After an error the descriptor is closed before anybody is told.
    return !this.#hasEnded && !this.#socket.destroyed;
  }

  pause(): void {
    if (this.isOpen) this.#socket.pause();
  }

  resume(): void {
    if (this.isOpen) this.#socket.resume();
  }

  drain(): void {
    // The listener may end the stream from within; its descriptor must not be read after that.
    for (let total = 0; total < DRAIN_BYTES && this.isOpen; ) {
      const length = readWithoutWaiting(this.#fd, 0);
      if (length === undefined) return;
      if (length === 0) {
        this.#end();
        return;
      }
      const filled = this.#fill(length);
      total += filled;
      this.#onChunk(outputBuffer.subarray(0, filled));
    }
  }

  cut(): void {
    this.drain();
    this.#end();
  }

  /** Reads on behind the bytes in the output buffer while there is more: few large chunks cost less than many small. */
  #fill(length: number): number {
    let filled = length;
    let latest = length;
    while (latest >= FULL_READ_BYTES && filled + READ_BYTES <= CHUNK_BYTES) {
      // An end met here is met again by the next read.
      latest = readWithoutWaiting(this.#fd, filled) ?? 0;
      filled += latest;
    }
    return filled;
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#socket.destroy();
    this.#onEnd();
  }
}

/** The number of bytes read to `offset` of the output buffer, 0 at the end, undefined when there are none now. */
function readWithoutWaiting(fd: number, offset: number): number | undefined {
  try {
    return readSync(fd, outputBuffer, offset, CHUNK_BYTES - offset, null);
  } catch (error) {
    // Linux says that the last program has closed the terminal with EIO, and only when nothing is left to read.
    return errorCode(error) === 'EAGAIN' ? undefined : 0;
  }
}
