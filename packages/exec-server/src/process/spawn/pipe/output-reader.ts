import { readSync } from 'node:fs';
import type { ConnectOpts, SocketConstructorOpts } from 'node:net';
import { Socket } from 'node:net';
import { CHUNK_BYTES, DRAIN_BYTES, outputBuffer } from '../output-buffer.js';

/** Reads the server's end of an output pipe and closes it at the end. */
export interface OutputReader {
  /** The descriptor that is read; undefined after the end. */
  readonly fd: number | undefined;
  pause(): void;
  resume(): void;
  /** Hands over at once, paused or not, what the pipe holds now. */
  drain(): void;
  /** Drains, then ends the stream although somebody may still hold the other end. */
  cut(): void;
}

/** Reports each chunk and, once, the end of the stream; chunks are in order, and are overwritten after `onChunk`. */
export function readOutput(
  fd: number,
  onChunk: (bytes: Uint8Array) => void,
  onEnd: () => void,
): OutputReader {
  return new PipeReader(fd, onChunk, onEnd);
}

class PipeReader implements OutputReader {
  readonly #fd: number;
  readonly #socket: Socket;
  readonly #onChunk: (bytes: Uint8Array) => void;
  readonly #onEnd: () => void;
  #hasEnded = false;

  constructor(fd: number, onChunk: (bytes: Uint8Array) => void, onEnd: () => void) {
    this.#fd = fd;
    this.#onChunk = onChunk;
    this.#onEnd = onEnd;
    const end = (): void => {
      this.#end();
    };
    // With a buffer of our own each chunk comes straight from the read. The stream behind the socket never holds bytes,
    // so pausing is immediate and a drain of the descriptor cannot overtake anything.
    const options: SocketConstructorOpts & ConnectOpts = {
      fd,
      readable: true,
      writable: false,
      onread: {
        buffer: outputBuffer,
        callback: (length) => {
          this.#onChunk(outputBuffer.subarray(0, length));
          return true;
        },
      },
    };
    this.#socket = new Socket(options);
    this.#socket.on('end', end).on('error', end).on('close', end);
  }

  get fd(): number | undefined {
    return this.#hasEnded ? undefined : this.#fd;
  }

  pause(): void {
    if (!this.#hasEnded) this.#socket.pause();
  }

  resume(): void {
    if (!this.#hasEnded) this.#socket.resume();
  }

  drain(): void {
    // The listener may end the stream from within; its descriptor must not be read after that.
    for (let total = 0; total < DRAIN_BYTES && !this.#hasEnded; ) {
      const length = readWithoutWaiting(this.#fd);
      if (length === undefined) return;
      if (length === 0) {
        this.#end();
        return;
      }
      total += length;
      this.#onChunk(outputBuffer.subarray(0, length));
    }
  }

  cut(): void {
    this.drain();
    this.#end();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#socket.destroy();
    this.#onEnd();
  }
}

/** The number of bytes now in the output buffer, 0 at the end of the pipe, undefined when it is merely empty. */
function readWithoutWaiting(fd: number): number | undefined {
  try {
    return readSync(fd, outputBuffer, 0, CHUNK_BYTES, null);
  } catch {
    // EAGAIN. Anything else the socket meets as well, and ends.
    return undefined;
  }
}
