import { setTimeout as sleep } from 'node:timers/promises';
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
 * Waits until all output has arrived, as a command waits for whoever reads it. A signal that would end this program ends the wait, and
 * after one that came before it, little is waited for: what is under way then still goes its way, without this program.
 * @returns the signal that ended the wait.
 */
export async function untilArrived(
  streams: CarriedStreams,
  wasSignalled: boolean,
): Promise<NodeJS.Signals | undefined> {
  const over = new AbortController();
  const { promise: signalled, resolve } = deferred<NodeJS.Signals>();
  for (const signal of ENDING_SIGNALS) process.on(signal, resolve);
  try {
    const arrived = streams.arrived().then(() => undefined);
    const patience = wasSignalled
      ? [sleep(SIGNALLED_ARRIVAL_MS, undefined, { signal: over.signal }).catch(() => undefined)]
      : [];
    return await Promise.race([arrived, signalled, ...patience]);
  } finally {
    over.abort();
    for (const signal of ENDING_SIGNALS) process.off(signal, resolve);
  }
}

/** Whoever has asked for the end does not wait for a reader that takes its time. */
const SIGNALLED_ARRIVAL_MS = 1_000;

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
