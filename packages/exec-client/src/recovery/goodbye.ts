import {
  BUSY_RETRY_MS,
  CLOSE_RECONNECT_MS,
  type ProcessId,
  processTerminate,
  sessionClose,
} from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import type { Clock } from '../clock.js';
import type { Connection, ConnectionHost } from '../connection/connection.js';
import type { Agreement } from '../connection/handshake.js';
import { type ConnectionPlan, openConnection } from '../connection/open-connection.js';
import { within } from '../within.js';

/** How long the server may take to end the session before the connection is dropped regardless. */
const SESSION_CLOSE_MS = 5_000;

/** Processes that are ended at once, on a server that cannot end a session. */
const TERMINATED_AT_ONCE = 64;

/** A session that is to end. */
export interface Leaving {
  readonly plan: ConnectionPlan;
  readonly agreement: Agreement;
  /** The connection that there is. */
  readonly connection: Connection | undefined;
  /** Whether another one may be made for this. */
  readonly mayReconnect: boolean;
  /** Processes to end on a server that cannot end a session. */
  readonly running: readonly ProcessId[];
  readonly nextId: () => number;
}

/**
 * Has the server end the session, so that nothing of it is kept there. Where the connection is lost, another one is tried,
 * briefly. Never fails: what cannot be reached ends the session by itself after a while.
 */
export async function sayGoodbye(leaving: Leaving): Promise<void> {
  const { connection, mayReconnect, plan } = leaving;
  if (connection !== undefined && (await endOver(connection, leaving))) return;
  if (mayReconnect) await inTime(plan.clock, CLOSE_RECONNECT_MS, (signal) => reconnect(leaving, signal));
}

/** @returns false when the connection was lost before the server had answered. */
async function endOver(connection: Connection, leaving: Leaving): Promise<boolean> {
  const { clock } = leaving.plan;
  await inTime(clock, SESSION_CLOSE_MS, (signal) => endSession(connection, leaving, signal));
  const { isOver } = connection;
  await connection.close(clock);
  return !isOver;
}

async function reconnect(leaving: Leaving, signal: AbortSignal): Promise<void> {
  const { plan, agreement } = leaving;
  for (;;) {
    const opened = await openConnection(plan, hostOf(leaving), agreement, signal);
    if (opened.ok) {
      await endSession(opened.connection, leaving, signal).catch(() => undefined);
      opened.connection.sever('the session was closed');
      return;
    }
    if (opened.kind !== 'busy' || signal.aborted) return;
    await pause(plan.clock, BUSY_RETRY_MS, signal);
  }
}

async function endSession(
  connection: Connection,
  { agreement, running }: Leaving,
  signal: AbortSignal,
): Promise<void> {
  if (agreement.extensions.session !== undefined) {
    await connection.request(sessionClose, {}, { signal });
    return;
  }
  for (let at = 0; at < running.length; at += TERMINATED_AT_ONCE) {
    const ends = running
      .slice(at, at + TERMINATED_AT_ONCE)
      .map((processId) => connection.request(processTerminate, { processId }));
    await abortable(Promise.allSettled(ends), signal);
  }
}

// Whatever the server still tells of the session, nobody listens any more.
function hostOf({ nextId }: Leaving): ConnectionHost {
  const ignore = (): void => undefined;
  return {
    nextId,
    maxMessageBytes: () => Infinity,
    onNotification: ignore,
    onPolicyRequest: () => Promise.resolve({ decision: { type: 'deny' } }),
    extensions: () => ({}),
    onSignOfLife: ignore,
    onEnd: ignore,
  };
}

/** Does something for so long at most, and does not care what comes of it. */
async function inTime(clock: Clock, ms: number, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const late = (): Error => new Error('it took too long');
  await within({ clock, ms, late, signal: undefined }, run).catch(() => undefined);
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
