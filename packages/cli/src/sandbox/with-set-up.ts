import { constants } from 'node:os';
import { SetUp } from '@holdfast/sandbox';

/** Signals that end this program. */
export const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

/** A set-up was called off by a signal. */
class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.signal = signal;
  }
}

/**
 * Does work that begins with the set-up of a sandbox. A signal that would end this program calls that off, so that whoever has
 * made something removes it; once the set-up has ended, signals are for the work to take.
 * @returns the exit code of the work; 128 + n where signal n came during the set-up.
 */
export async function withSetUp(work: (setUp: SetUp) => Promise<number>): Promise<number> {
  const calledOff = new AbortController();
  const setUp = new SetUp({ calledOffBy: [calledOff.signal] });
  const callOff = (signal: NodeJS.Signals): void => {
    calledOff.abort(new Interrupted(signal));
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, callOff);
  try {
    return await work(setUp);
  } catch (error) {
    if (error instanceof Interrupted) return 128 + constants.signals[error.signal];
    throw error;
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, callOff);
    setUp.end();
  }
}
