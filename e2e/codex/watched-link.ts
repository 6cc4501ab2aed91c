import { eventually } from '../deadline.js';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.js';
import { disposeAll } from '../harness.js';
import { bytesOf } from '../runs.js';
import { startWireTap, type TappedMessage, type WireTap } from './wire-tap.js';

/** A way to a server on which everything is seen and anything can go wrong. What the tap sees is what the client gets. */
export interface WatchedLink extends AsyncDisposable {
  readonly url: string;
  readonly tap: WireTap;
  readonly faults: FaultProxy;
  /** Cuts what is open. */
  cut(): void;
  /** Cuts what is open and lets nobody in. */
  close(): void;
  /** Lets clients in again. */
  open(): void;
  /** Ends what is open towards the client alone; the server is not told, and gets no answer to anything. */
  abandon(): void;
  /** Waits for a message, one that has passed or one to come. */
  seen(what: string, matches: (tapped: TappedMessage) => boolean): Promise<TappedMessage>;
}

/** Makes a way to a server. */
export async function startWatchedLink(target: string): Promise<WatchedLink> {
  const faults = await startFaultProxy(target);
  const tap = await startWireTap(faults.url);
  return {
    url: tap.url,
    tap,
    faults,
    cut: () => faults.inject({ kind: 'reset' }),
    close() {
      faults.newLinks = { kind: 'refuse' };
      faults.inject({ kind: 'reset' });
    },
    open() {
      faults.newLinks = { kind: 'pass' };
    },
    abandon() {
      faults.inject({ kind: 'stall' });
      faults.inject({ kind: 'halfClose', direction: 'toClient' });
    },
    seen: (what, matches) => eventually(what, () => tap.messages.find(matches)),
    [Symbol.asyncDispose]: () => disposeAll(tap, faults),
  };
}

/** A client's attempt to take its session over. */
export function isResume({ message: { method, params } }: TappedMessage): boolean {
  return method === 'initialize' && typeof params?.['resumeSessionId'] === 'string';
}

/** Output in which this text stands. */
export function prints(text: string): (tapped: TappedMessage) => boolean {
  return ({ message }) => message.method === 'process/output' && bytesOf(message).includes(text);
}

/** The answer to the first request of this method that passes from now on. */
export function answerTo(method: string): (tapped: TappedMessage) => boolean {
  let asked: TappedMessage | undefined;
  return (tapped) => {
    const { link, from, message } = tapped;
    if (from === 'client') {
      if (message.method === method) asked ??= tapped;
      return false;
    }
    return asked?.link === link && message.method === undefined && message.id === asked.message.id;
  };
}
