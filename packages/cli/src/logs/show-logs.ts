import type { Client, ProcessHandle, ProcessSummary } from '@holdfast/exec-client';
import { isUnknownProcess } from '../connected.js';
import { EXIT_BROKEN_PIPE, EXIT_NO_PROCESS } from '../exit-codes.js';
import { onBrokenOutput } from '../follow/broken-output.js';
import { followEvents } from '../follow/follow-events.js';
import type { Report } from '../follow/report.js';
import { passOutputVerbatim } from '../terminal/verbatim-output.js';
import { findTail } from './find-tail.js';

/** Which part of a log is shown, and how. */
export interface LogsSettings {
  readonly report: Report;
  /** Only events with a higher seq. */
  readonly since: number;
  /** How many lines at the end of what is there now; Infinity for all. */
  readonly tail: number;
  /** Whether a line is one of the output, or one event in JSON. */
  readonly unit: 'line' | 'event';
  /** Whether it goes on with what is printed from now on. */
  readonly follows: boolean;
}

/** Shows what a process has printed. @returns the exit code to leave with. */
export async function showLogs(client: Client, ref: string, settings: LogsSettings): Promise<number> {
  const handle = client.attach(ref);
  const broken = new AbortController();
  let restore = (): void => undefined;
  const stopListening = onBrokenOutput(() => {
    broken.abort();
  });
  try {
    const summary = await handle.summary;
    if (summary.tty && settings.unit === 'line') restore = passOutputVerbatim();
    await show(handle, summary, settings, broken.signal);
    return 0;
  } catch (error) {
    if (broken.signal.aborted) return EXIT_BROKEN_PIPE;
    if (!isUnknownProcess(error)) throw error;
    settings.report.failed(error);
    return EXIT_NO_PROCESS;
  } finally {
    restore();
    stopListening();
  }
}

async function show(
  handle: ProcessHandle,
  { firstSeq, nextSeq }: ProcessSummary,
  { report, since, tail, unit, follows }: LogsSettings,
  signal: AbortSignal,
): Promise<void> {
  const last = nextSeq - 1;
  const end = follows ? {} : { until: last };
  if (tail === Infinity || unit === 'event') {
    await followEvents(handle, { report, after: Math.max(since, last - tail), signal, ...end });
    return;
  }
  const query = { lines: tail, after: since, until: last, firstSeq, signal };
  const found = await findTail(handle, query);
  const cutting: Report = {
    async event(event) {
      const shown = event.type === 'output' && event.seq <= last ? found.cut(event) : event;
      if (shown !== undefined) await report.event(shown);
    },
    note: (message) => report.note(message),
    failed: (error) => report.failed(error),
  };
  await followEvents(handle, { report: cutting, after: found.after, signal, ...end });
}
