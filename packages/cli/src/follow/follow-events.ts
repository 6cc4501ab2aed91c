import { type Client, GapError, type ProcessHandle } from '@holdfast/exec-client';
import { EXEC_DRAIN_MS } from '@holdfast/exec-protocol';
import type { Report } from './report.js';

/** What is shown of a process. */
export interface FollowOptions {
  readonly report: Report;
  /** Only events with a higher seq. */
  readonly after: number;
  /** The last event to be shown; default the last that there is. */
  readonly until?: number;
  /** Stops; the reason is thrown. */
  readonly signal?: AbortSignal;
}

/** Reports the events of a process. What is no longer retained is noted, and the rest goes on behind it. */
export async function followEvents(handle: ProcessHandle, options: FollowOptions): Promise<void> {
  const { report, until = Infinity, signal } = options;
  let at = options.after;
  while (at < until) {
    try {
      for await (const event of handle.events({ after: at, ...(signal === undefined ? {} : { signal }) })) {
        if (event.seq > until) return;
        await report.event(event);
        at = event.seq;
        if (at === until) return;
      }
      return;
    } catch (error) {
      if (!(error instanceof GapError)) throw error;
      report.note(`output is missing: events ${error.from} to ${error.to} are no longer kept by the server`);
      at = error.to;
    }
  }
}

/** Reports the events of a process to its end. What it left behind may hold its output, but not for long. */
export async function followToEnd(
  client: Client,
  handle: ProcessHandle,
  options: FollowOptions,
): Promise<void> {
  const { report, signal } = options;
  const patience = new Patience(client);
  const impatient: Report = {
    async event(event) {
      await report.event(event);
      if (event.type === 'exited') patience.limit();
    },
    note: (message) => report.note(message),
    failed: (error) => report.failed(error),
  };
  const either = signal === undefined ? patience.signal : AbortSignal.any([patience.signal, signal]);
  try {
    await followEvents(handle, { ...options, report: impatient, signal: either });
  } catch (error) {
    if (!patience.signal.aborted || signal?.aborted === true) throw error;
    report.note('something that the command left behind still holds its output; not waiting for it');
  } finally {
    patience[Symbol.dispose]();
  }
}

/** The wait for late output. While the link to the server is lost none can come, so no time passes. */
class Patience implements Disposable {
  readonly #controller = new AbortController();
  readonly #client: Client;
  readonly #stop: () => void;
  #isLimited = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Client) {
    this.#client = client;
    this.#stop = client.on('state', () => {
      this.#arm();
    });
  }

  /** Fires when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The time begins. */
  limit(): void {
    this.#isLimited = true;
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#stop();
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#isLimited || this.#client.state !== 'ready') return;
    this.#timer = setTimeout(() => {
      this.#controller.abort();
    }, EXEC_DRAIN_MS).unref();
  }
}
