import type { Readable } from 'node:stream';
import type { Client, ProcessHandle } from '@holdfast/exec-client';
import { EXEC_DRAIN_MS, ExecError } from '@holdfast/exec-protocol';
import { EXIT_BROKEN_PIPE, EXIT_TIMEOUT } from '../exit-codes.js';
import type { Report } from './report.js';

/** How a command is run. */
export interface RunSettings {
  readonly report: Report;
  /** What is passed on as stdin; undefined for the null device. */
  readonly stdin: Readable | undefined;
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number | undefined;
}

/** Ctrl-C so often ends the command whether it wants to or not. */
const IMPATIENCE = 3;

/**
 * Runs one command and reports all that it prints. @returns the exit code to leave with.
 * @throws ExecError when the command could not be started or its end is not known.
 */
export async function runRemotely(
  client: Client,
  argv: readonly string[],
  settings: RunSettings,
): Promise<number> {
  const { stdin, timeoutMs, report } = settings;
  const handle = client.spawn(argv, {
    ...(settings.cwd === undefined ? {} : { cwd: settings.cwd }),
    env: settings.env,
    stdin: stdin === undefined ? 'null' : 'pipe',
  });
  const end = new RunEnd(handle);
  const stopForwarding = forwardSignals(handle);
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => end.because(EXIT_TIMEOUT), timeoutMs);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      end.because(EXIT_BROKEN_PIPE);
    });
  }
  try {
    if (stdin !== undefined) void passStdin(stdin, handle, report);
    await showEvents(handle, report);
    const { exitCode } = await handle.exited;
    if (end.code === EXIT_TIMEOUT)
      report.note(`the command ran longer than ${String(timeoutMs)} ms and was ended`);
    return end.code ?? exitCode;
  } catch (error) {
    // Nobody is left to show the output to: that is why, whatever failed next.
    if (end.code === EXIT_BROKEN_PIPE) return end.code;
    throw error;
  } finally {
    clearTimeout(timer);
    stopForwarding();
    stdin?.destroy();
  }
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
    // A lost connection shows where the events are read.
    this.#handle.terminate().catch(() => undefined);
  }
}

async function showEvents(handle: ProcessHandle, report: Report): Promise<void> {
  const patience = new AbortController();
  try {
    for await (const event of handle.events({ after: 0, signal: patience.signal })) {
      await report.event(event);
      if (event.type === 'exited') setTimeout(() => patience.abort(), EXEC_DRAIN_MS).unref();
    }
  } catch (error) {
    if (!patience.signal.aborted) throw error;
    report.note('something that the command left behind still holds its output; not waiting for it');
  }
}

async function passStdin(stdin: Readable, handle: ProcessHandle, report: Report): Promise<void> {
  try {
    for await (const chunk of stdin) await handle.write(chunk as Uint8Array);
    await handle.end();
  } catch (error) {
    // A command may end, or close its stdin, before it has read everything: that is its own affair.
    const isOver = error instanceof ExecError && ['stdinClosed', 'stdinBroken'].includes(error.kind);
    if (
      !isOver &&
      !(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')
    ) {
      report.failed(error);
    }
  }
}

function forwardSignals(handle: ProcessHandle): () => void {
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts += 1;
    // The process may be over, or the connection: both show where the events are read.
    if (interrupts >= IMPATIENCE) handle.terminate({ graceMs: 0 }).catch(() => undefined);
    else handle.signal('SIGINT').catch(() => undefined);
  };
  const end = (): void => {
    handle.terminate().catch(() => undefined);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);
  return () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', end);
    process.off('SIGHUP', end);
  };
}
