import { setTimeout as sleep } from 'node:timers/promises';
import { complain } from '../complain.js';
import { CarriedStreams } from './carried-streams.js';
import { ENDING_SIGNALS } from './with-set-up.js';

/** Does work with the streams of this program, which are made ready beside what comes first. */
export async function withStreams<T>(use: (streams: Promise<CarriedStreams>) => Promise<T>): Promise<T> {
  const making = CarriedStreams.make();
  // Whoever uses them hears of it.
  making.catch(() => undefined);
  try {
    return await use(making);
  } finally {
    await making.then(
      (streams) => streams.abandon(),
      () => undefined,
    );
  }
}

/**
 * Waits until all output has arrived, as a command waits for whoever reads it. A signal that would end this program ends the wait: what
 * is under way then still goes its way, without this program.
 * @param isPatient Else little is waited for, and what has not arrived by then is told of.
 * @returns the signal that ended the wait.
 */
export async function untilArrived(
  streams: CarriedStreams,
  isPatient: boolean,
): Promise<NodeJS.Signals | undefined> {
  const over = new AbortController();
  const { promise: signalled, resolve } = deferred<NodeJS.Signals>();
  for (const signal of ENDING_SIGNALS) process.on(signal, resolve);
  try {
    const arrived = streams.arrived().then(() => undefined);
    const endings = isPatient ? [arrived, signalled] : [arrived, signalled, untilLate(over.signal)];
    return await Promise.race(endings);
  } finally {
    over.abort();
    for (const signal of ENDING_SIGNALS) process.off(signal, resolve);
  }
}

async function untilLate(signal: AbortSignal): Promise<undefined> {
  try {
    await sleep(SHORT_ARRIVAL_MS, undefined, { signal });
  } catch {
    return;
  }
  complain('some of the output may not be where it was to go');
}

/** Whoever has asked for the end does not wait for a reader that takes its time, and what does not end keeps its output open. */
const SHORT_ARRIVAL_MS = 1_000;

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
