import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

/**
 * A connection of which all is read that has come before a failed write ends it. A server that wants no more of a request
 * may answer, and close; Node would end the connection with the next write, and the answer would be lost.
 */
export class ReadOutSocket extends Socket {
  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, this.#onceReadOut(done));
  }

  override _writev(
    chunks: { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[],
    done: Done,
  ): void {
    super._writev?.(chunks, this.#onceReadOut(done));
  }

  override _final(done: Done): void {
    super._final(this.#onceReadOut(done));
  }

  /** Holds back what has failed until the other side has ended, or reading has failed too. */
  #onceReadOut(done: Done): Done {
    return (error) => {
      if (error === undefined || error === null || this.readableEnded || this.destroyed) {
        done(error);
        return;
      }
      const tell = (): void => {
        this.off('end', tell).off('close', tell);
        done(error);
      };
      this.once('end', tell).once('close', tell);
    };
  }
}
