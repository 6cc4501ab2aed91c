import type { Client, ProcessHandle, SpawnOptions } from '@holdfast/exec-client';
import { EXIT_BROKEN_PIPE, EXIT_TIMEOUT } from '../exit-codes.js';
import { onBrokenOutput } from '../follow/broken-output.js';
import { followToEnd } from '../follow/follow-events.js';
import { passInput } from '../follow/input.js';
import type { RunReport } from '../follow/report.js';
import { interrupter, passUserSignalsTo, takeSignals } from '../follow/signals.js';
import { passOutputVerbatim } from '../terminal/verbatim-output.js';
import { findWindow, followSize, sizeOf } from '../terminal/window.js';

/** What is run, and where. */
export interface CommandSettings {
  readonly id: string | undefined;
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Whether the command gets a terminal. */
  readonly isTerminal: boolean;
  /** Whether its stdin can be written; otherwise it reads from the null device. */
  readonly takesStdin: boolean;
}

/** How a command is followed. */
export interface RunSettings extends CommandSettings {
  readonly report: RunReport;
  /** Whether what the terminal of the command puts out goes to ours as it is. */
  readonly isVerbatim: boolean;
  readonly timeoutMs: number | undefined;
}

/**
 * Runs one command and reports all that it prints. @returns the exit code to leave with.
 * @throws ExecError when the command could not be started or its end is not known.
 */
export async function runRemotely(
  client: Client,
  argv: readonly string[],
  settings: RunSettings,
): Promise<number> {
  const { report, isVerbatim, timeoutMs } = settings;
  const handle = client.spawn(argv, spawnOptions(client, settings));
  const end = new RunEnd(handle);
  const cleanups = [
    ...(isVerbatim ? [passOutputVerbatim()] : []),
    takeSignals({ onInterrupt: interrupter(handle), onEnd: () => end.terminate() }),
    passUserSignalsTo(handle),
    onBrokenOutput(() => end.because(EXIT_BROKEN_PIPE)),
    startTimer(timeoutMs, () => end.because(EXIT_TIMEOUT)),
  ];
  try {
    const following = followToEnd(client, handle, { report, after: 0 });
    // What fails is told where the events are read.
    handle.started.then(
      () => cleanups.push(...connectTerminal(handle, settings)),
      () => undefined,
    );
    await following;
    const { exitCode, denial } = await handle.exited;
    if (end.code === undefined && denial !== undefined) report.denied(denial);
    if (end.code === EXIT_TIMEOUT)
      report.note(`the command ran longer than ${String(timeoutMs)} ms and was ended`);
    return end.code ?? exitCode;
  } catch (error) {
    // Nobody is left to show the output to: that is why, whatever failed next.
    if (end.code === EXIT_BROKEN_PIPE) return end.code;
    throw error;
  } finally {
    for (const cleanup of cleanups.reverse()) cleanup();
  }
}

/** What a command is started with. */
export function spawnOptions(client: Client, settings: CommandSettings): SpawnOptions {
  const { id, cwd, env, isTerminal, takesStdin } = settings;
  const size = client.extensions.pty === undefined ? undefined : sizeOf(findWindow());
  const term = process.env['TERM'];
  return {
    ...(id === undefined ? {} : { id }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(isTerminal ? { pty: size ?? true } : {}),
    stdin: takesStdin ? 'pipe' : 'null',
    env: isTerminal && term !== undefined && term !== '' ? { TERM: term, ...env } : env,
  };
}

function connectTerminal(handle: ProcessHandle, settings: RunSettings): (() => void)[] {
  const { isTerminal, takesStdin, report } = settings;
  const resize = followSize(isTerminal ? findWindow() : undefined, (size) => {
    handle.resize(size).catch(() => undefined);
  });
  return takesStdin ? [resize, passInput(handle, { isTerminal, report, endsWhenEmpty: true })] : [resize];
}

function startTimer(delayMs: number | undefined, run: () => void): () => void {
  const timer = delayMs === undefined ? undefined : setTimeout(run, delayMs);
  return () => {
    clearTimeout(timer);
  };
}

/** Why a run ended other than by itself. */
class RunEnd {
  readonly #handle: ProcessHandle;
  code: number | undefined;

  constructor(handle: ProcessHandle) {
    this.#handle = handle;
  }

  because(code: number): void {
    if (this.code !== undefined) return;
    this.code = code;
    this.terminate();
  }

  terminate(): void {
    // A lost connection shows where the events are read.
    this.#handle.terminate().catch(() => undefined);
  }
}
