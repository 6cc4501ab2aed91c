import { Socket } from 'node:net';

/** Writes the server's end of a stdin pipe and closes it at the end. */
export interface StdinWriter {
  /** Writes in call order; `done` comes later, once, when the kernel took all bytes or will take no more. */
  write(bytes: Uint8Array, done: (error?: Error) => void): void;
  /** Closes the pipe after everything written so far; `done` as for a write. */
  end(done: (error?: Error) => void): void;
  /** Closes the pipe at once; what waits is given up. */
  close(): void;
}

/** `onBroken` comes at most once, when a write found that nobody reads the pipe any more. */
export function writeStdin(fd: number, onBroken: () => void): StdinWriter {
  return new PipeWriter(fd, onBroken);
}

class PipeWriter implements StdinWriter {
  readonly #socket: Socket;
  #isOpen = true;

  constructor(fd: number, onBroken: () => void) {
    this.#socket = new Socket({ fd, readable: false, writable: true });
    this.#socket.on('error', () => {
      this.#isOpen = false;
      onBroken();
    });
  }

  write(bytes: Uint8Array, done: (error?: Error) => void): void {
    if (!this.#isOpen) {
      process.nextTick(done, new Error('stdin is closed'));
      return;
    }
    this.#socket.write(bytes, (error) => {
      if (error instanceof Error) done(error);
      else done();
    });
  }

  end(done: (error?: Error) => void): void {
    // Remembered here: a write after the end would be an error that destroys the socket and what it still holds.
    this.#isOpen = false;
    this.#socket.end(done);
  }

  close(): void {
    this.#isOpen = false;
    this.#socket.destroy();
  }
}
