import type { AttachedProcess, Client, ProcessSummary } from '@holdfast/exec-client';
import { EXIT_BROKEN_PIPE } from '../exit-codes.js';
import { onBrokenOutput } from '../follow/broken-output.js';
import { followToEnd } from '../follow/follow-events.js';
import { passInput } from '../follow/input.js';
import type { RunReport } from '../follow/report.js';
import { interrupter, takeSignals } from '../follow/signals.js';
import { DetachKeys } from '../terminal/detach-keys.js';
import { passOutputVerbatim } from '../terminal/verbatim-output.js';
import { findWindow, followSize, sizeOf } from '../terminal/window.js';

/** How a process is joined. */
export interface AttachSettings {
  readonly report: RunReport;
  /** Whether stdin and signals go to the process, and the window size to its terminal. */
  readonly takesStdin: boolean;
  /** What leaves the process running, when it is typed at a terminal. */
  readonly detachKeys: Uint8Array;
  /** Whether it begins with what was printed before. */
  readonly isReplayed: boolean;
}

/**
 * Shows a process from now on, and feeds it, until it ends or is left. @returns the exit code to leave with.
 * @throws ExecError when it cannot be joined or its end is not known.
 */
export async function attachRemotely(client: Client, ref: string, settings: AttachSettings): Promise<number> {
  await using handle = client.attach(ref);
  const summary = await handle.summary;
  const departure = new Departure();
  const cleanups = connect(handle, summary, settings, departure);
  try {
    const { report, isReplayed } = settings;
    const after = isReplayed ? 0 : summary.nextSeq - 1;
    await followToEnd(client, handle, { report, after, signal: departure.signal });
    const { exitCode, denial } = await handle.exited;
    if (denial !== undefined) report.denied(denial);
    return exitCode;
  } catch (error) {
    if (departure.code === undefined) throw error;
  } finally {
    for (const cleanup of cleanups.reverse()) cleanup();
  }
  if (departure.code !== EXIT_BROKEN_PIPE) {
    // Whatever the program in a terminal has drawn last, the note begins a line of its own.
    if (summary.tty && process.stderr.isTTY) process.stderr.write('\n');
    settings.report.note(
      `left process ${summary.ref} running; "holdfast attach ${summary.ref}" joins it again`,
    );
  }
  return departure.code;
}

/** Connects this program's terminal and signals with a process. @returns functions that undo it. */
function connect(
  handle: AttachedProcess,
  summary: ProcessSummary,
  { report, takesStdin, detachKeys }: AttachSettings,
  departure: Departure,
): (() => void)[] {
  const leave = (code: number): void => departure.leave(code);
  const onInterrupt = takesStdin ? interrupter(handle) : leave;
  const cleanups = [
    ...(summary.tty ? [passOutputVerbatim()] : []),
    onBrokenOutput(() => leave(EXIT_BROKEN_PIPE)),
    takeSignals({ onInterrupt, onEnd: leave }),
  ];
  // One who only looks on must not change what others see.
  if (!takesStdin || summary.state !== 'running') return cleanups;
  const isTerminal = summary.tty;
  const input = {
    report,
    isTerminal,
    endsWhenEmpty: process.stdin.isTTY,
    ...(isTerminal && process.stdin.isTTY ? { detachKeys: new DetachKeys(detachKeys) } : {}),
    onDetach: () => leave(0),
  };
  cleanups.push(passInput(handle, input));
  if (isTerminal) cleanups.push(followWindow(handle));
  return cleanups;
}

/** Gives the terminal of the process the size of ours, and has the program in it draw itself anew. */
function followWindow(handle: AttachedProcess): () => void {
  const window = findWindow();
  const size = sizeOf(window);
  const resize = (next: { readonly rows: number; readonly cols: number }): void => {
    handle.resize(next).catch(() => undefined);
  };
  if (size !== undefined) {
    // A size that stays the same tells the program nothing.
    resize({ rows: size.rows + 1, cols: size.cols });
    resize(size);
  }
  return followSize(window, resize);
}

/** Why a process was left before its end, as the exit code to leave with. */
class Departure {
  readonly #controller = new AbortController();
  code: number | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  leave(code: number): void {
    this.code ??= code;
    this.#controller.abort();
  }
}
