import { type Client, GapError, type ProcessHandle } from '@holdfast/exec-client';
import { afterLateOutput, systemClock } from '@holdfast/exec-client/core';
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
  const over = new AbortController();
  let giveUp = (): void => undefined;
  const impatient: Report = {
    async event(event) {
      await report.event(event);
      if (event.type === 'exited') giveUp = afterLateOutput(client, systemClock, () => over.abort());
    },
    note: (message) => report.note(message),
    failed: (error) => report.failed(error),
  };
  const either = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  try {
    await followEvents(handle, { ...options, report: impatient, signal: either });
  } catch (error) {
    if (!over.signal.aborted || signal?.aborted === true) throw error;
    report.note('something that the command left behind still holds its output; not waiting for it');
  } finally {
    giveUp();
  }
}
