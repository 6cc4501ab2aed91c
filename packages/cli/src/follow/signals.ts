import { constants } from 'node:os';
import type { ProcessHandle } from '@holdfast/exec-client';

/** Signals that ask this program to end. */
const END_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Signals that mean to each program what it likes. */
const USER_SIGNALS = ['SIGUSR1', 'SIGUSR2'] as const;

/** Ctrl-C so often ends the command whether it wants to or not. */
const IMPATIENCE = 3;

/** What signals to this program mean; each gets the exit code that the signal stands for. */
export interface SignalActions {
  readonly onInterrupt: (exitCode: number) => void;
  readonly onEnd: (exitCode: number) => void;
}

/**
 * Takes signals until the returned function is called. A second one that asks for the end is obeyed at once, whatever the
 * first has begun.
 */
export function takeSignals({ onInterrupt, onEnd }: SignalActions): () => void {
  let isEnding = false;
  const interrupt = (): void => onInterrupt(exitCodeOfSignal('SIGINT'));
  const end = (signal: NodeJS.Signals): void => {
    if (isEnding) process.exit(exitCodeOfSignal(signal));
    isEnding = true;
    onEnd(exitCodeOfSignal(signal));
  };
  process.on('SIGINT', interrupt);
  for (const signal of END_SIGNALS) process.on(signal, end);
  return () => {
    process.off('SIGINT', interrupt);
    for (const signal of END_SIGNALS) process.off(signal, end);
  };
}

/** Hands signals that mean to each program what it likes to `pass` until the returned function is called. */
export function passUserSignals(pass: (signal: (typeof USER_SIGNALS)[number]) => void): () => void {
  for (const signal of USER_SIGNALS) process.on(signal, pass);
  return () => {
    for (const signal of USER_SIGNALS) process.off(signal, pass);
  };
}

/** Work that signals to this program end. */
export interface Stoppable {
  /** Fires at the first signal. */
  readonly signal: AbortSignal;
  /** What to exit with because of that; undefined when there was none. */
  readonly exitCode: () => number | undefined;
  readonly release: () => void;
}

/** Has the first Ctrl-C, or what asks for the end, stop some work; the second is obeyed at once. */
export function stopAtSignal(): Stoppable {
  const stop = new AbortController();
  let first: number | undefined;
  const onSignal = (exitCode: number): void => {
    if (first !== undefined) process.exit(exitCode);
    first = exitCode;
    stop.abort();
  };
  const release = takeSignals({ onInterrupt: onSignal, onEnd: onSignal });
  return { signal: stop.signal, exitCode: () => first, release };
}

/** Passes signals on that mean to each program what it likes, until the returned function is called. */
export function passUserSignalsTo(handle: ProcessHandle): () => void {
  return passUserSignals((signal) => {
    handle.signal(signal).catch(() => undefined);
  });
}

/** Passes Ctrl-C on. The process may be over, or the connection: both show where the events are read. */
export function interrupter(handle: ProcessHandle): () => void {
  let interrupts = 0;
  return () => {
    interrupts += 1;
    if (interrupts >= IMPATIENCE) handle.terminate({ graceMs: 0 }).catch(() => undefined);
    else handle.signal('SIGINT').catch(() => undefined);
  };
}

function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
