import { ExecError, type Transport } from '@holdfast/exec-protocol';
import { systemClock } from '../clock.js';
import { within } from '../within.js';
import { dial } from './dial.js';
import { type CommandTarget, type DialTarget, parseTarget } from './target.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** What goes with every connection that a dialer makes. */
export interface DialerOptions {
  /** Sent as `Authorization: Bearer`; a token in the URL needs no other. In a browser it travels in the URL. */
  readonly token?: string;
  /** Sent with the request that opens a WebSocket; refused in a browser, which cannot. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the carrier may take to be there; default 10,000. */
  readonly connectTimeoutMs?: number;
}

/** A way to a server, to be gone as often as a connection is needed. */
export interface Dialer {
  /** A server on `stdio` is started anew by each dial; all others are met again. */
  readonly kind: DialTarget['kind'];
  /**
   * Makes a connection on which nothing has been said.
   * @throws ExecError `connectFailed` with the reason and a remedy; the reason of `signal`.
   */
  readonly dial: (signal?: AbortSignal) => Promise<Transport>;
}

/**
 * For programs that speak the wire themselves; everybody else wants `connect`, which takes the same targets.
 * @throws ExecError `connectFailed` when the target cannot be understood.
 */
export function dialer(target: string | CommandTarget, options: DialerOptions = {}): Dialer {
  const parsed = parseTarget(target);
  const { connectTimeoutMs: ms = CONNECT_TIMEOUT_MS, token, headers = {} } = options;
  const late = (): ExecError =>
    new ExecError('connectFailed', `${parsed.label} did not answer within ${ms} ms`);
  return {
    kind: parsed.kind,
    dial: (signal) =>
      within({ clock: systemClock, ms, late, signal }, (deadline) =>
        dial(parsed, { token, headers, signal: deadline }),
      ),
  };
}
