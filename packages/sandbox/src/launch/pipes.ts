import { Duplex } from 'node:stream';

/** A stream of a child that is a pipe. */
export interface Pipe extends Duplex {
  unref(): void;
}

/** The pipe at a place among the streams of a child; undefined where there is none. */
export function pipeAt(streams: readonly unknown[], at: number | undefined): Pipe | undefined {
  const stream = at === undefined ? undefined : streams[at];
  // A spawn that has failed has no streams.
  return stream instanceof Duplex ? (stream as Pipe) : undefined;
}

/** Settles when a stream is closed: with true unless it broke. A wrapper that dies early breaks its pipes. */
export function closing(stream: Pipe | undefined): Promise<boolean> {
  if (stream === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    stream.on('error', () => {
      resolve(false);
    });
    stream.once('close', () => {
      resolve(true);
    });
  });
}
