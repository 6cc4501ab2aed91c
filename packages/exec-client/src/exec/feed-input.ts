import { type ErrorKind, ExecError } from '@holdfast/exec-protocol';
import type { ProcessHandle } from '../process/handle.js';
import type { ExecInput } from './result.js';

/** Input on its way to a command. */
export interface InputFeed {
  /** Settles when the source is used up or the command takes no more. @throws what the source threw. */
  readonly done: Promise<void>;
  /** Lets go of the source; for when the command has ended. */
  readonly stop: () => void;
}

// A command may end, or close its stdin, without having read everything.
const NOT_READ: ReadonlySet<ErrorKind> = new Set(['stdinClosed', 'stdinBroken', 'processUnknown']);

/** Writes `input` to the stdin of a process and ends it. */
export function feedInput(process: ProcessHandle, input: ExecInput): InputFeed {
  const source = openSource(input);
  let isStopped = false;
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    // Its answer may never come while a read is pending, and nobody needs it.
    source.close().catch(() => undefined);
  };
  const feed = async (): Promise<void> => {
    try {
      for (let data = await source.next(); data !== undefined && !isStopped; data = await source.next()) {
        await process.write(data);
      }
      if (!isStopped) await process.end();
    } catch (error) {
      if (isStopped || (error instanceof ExecError && NOT_READ.has(error.kind))) return;
      throw error;
    } finally {
      stop();
    }
  };
  return { done: feed(), stop };
}

interface Source {
  next(): Promise<string | Uint8Array | undefined>;
  close(): Promise<unknown>;
}

function openSource(input: ExecInput): Source {
  if (typeof input === 'string' || input instanceof Uint8Array) return sourceOf([input].values());
  // Not every browser can iterate a stream.
  return 'getReader' in input ? readerSource(input.getReader()) : sourceOf(input[Symbol.asyncIterator]());
}

function sourceOf(
  iterator: Iterator<string | Uint8Array, unknown> | AsyncIterator<string | Uint8Array, unknown>,
): Source {
  return {
    async next() {
      const result = await iterator.next();
      return result.done === true ? undefined : result.value;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

function readerSource(reader: ReadableStreamDefaultReader<string | Uint8Array>): Source {
  return {
    async next() {
      const result = await reader.read();
      return result.done ? undefined : result.value;
    },
    close: () => reader.cancel(),
  };
}
