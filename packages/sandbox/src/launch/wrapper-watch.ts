import type { ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { type WrapperStatus, WrapperStatusReader } from './wrapper-status.js';

/** Which of a wrapper's streams is which. */
export interface WrapperPipes {
  readonly status: number;
  readonly environment: number;
  readonly ready: number;
}

/** The pipes between this program and one wrapper. */
export class WrapperWatch {
  /** Settles when the sandbox is set up and the command about to run, or when the wrapper has failed. */
  readonly ready: Promise<void>;
  /** Settles when the wrapper has said all it will say, which is when it has ended. */
  readonly told: Promise<void>;
  readonly #status = new WrapperStatusReader();

  constructor(child: Pick<ChildProcess, 'stdio'>, pipes: WrapperPipes, environment: readonly string[]) {
    const streams: readonly unknown[] = child.stdio;
    const status = pipeAt(streams, pipes.status);
    status?.on('data', (chunk: Buffer) => {
      this.#status.add(chunk);
    });
    this.told = closing(status);
    // Whoever waits for the sandbox waits for its end as well.
    status?.unref();
    const ready = pipeAt(streams, pipes.ready);
    // The wrapper waits until there is something to read, and the end is.
    ready?.end();
    ready?.resume();
    this.ready = closing(ready);
    const words = pipeAt(streams, pipes.environment);
    words?.end(environment.map((word) => `${word}\0`).join(''));
    words?.resume();
    void closing(words);
  }

  /** What it has told so far. */
  get status(): WrapperStatus {
    return this.#status.status;
  }
}

interface Pipe extends Duplex {
  unref(): void;
}

function pipeAt(streams: readonly unknown[], at: number): Pipe | undefined {
  const stream = streams[at];
  // A spawn that has failed has no streams.
  return stream instanceof Duplex ? (stream as Pipe) : undefined;
}

function closing(stream: Pipe | undefined): Promise<void> {
  if (stream === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    // A wrapper that dies early breaks its pipes; what that means is seen in its status.
    stream.on('error', () => undefined);
    stream.once('close', () => {
      resolve();
    });
  });
}
