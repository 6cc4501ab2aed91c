import { ExecError, type Transport } from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import { within } from '../within.js';
import { Connection, type ConnectionHost } from './connection.js';
import { type Agreement, type Introduction, shakeHands } from './handshake.js';

/** Makes a carrier to the server, and gives up with the reason of the signal when that fires. */
export type Dial = (signal: AbortSignal) => Promise<Transport>;

/** How connections of one session are made. */
export interface ConnectionPlan {
  readonly dial: Dial;
  readonly introduction: Introduction;
  /** How long the server may take to answer `initialize`. */
  readonly initializeTimeoutMs: number;
  readonly clock: Clock;
}

/**
 * Whether trying again may help: `busy` while the server holds on to the session's last connection, `transient` when the
 * server was not reached, and never when it has refused (`final`).
 */
export type FailureKind = 'busy' | 'transient' | 'final';

/** A connection whose handshake is over, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly connection: Connection; readonly agreement: Agreement }
  | { readonly ok: false; readonly kind: FailureKind; readonly error: unknown };

/** Makes one connection, for a new session or for the one of an `earlier` agreement. Never fails. */
export async function openConnection(
  plan: ConnectionPlan,
  host: ConnectionHost,
  earlier: Agreement | undefined,
  signal: AbortSignal,
): Promise<Opened> {
  let carrier: Transport;
  try {
    carrier = await plan.dial(signal);
  } catch (error) {
    return { ok: false, kind: 'transient', error };
  }
  const connection = new Connection(carrier, host);
  try {
    const agreement = await shakeHandsInTime(connection, plan, earlier, signal);
    return { ok: true, connection, agreement };
  } catch (error) {
    const wasReached = !connection.isOver && !signal.aborted && !(error instanceof Late);
    connection.sever('the handshake failed');
    return { ok: false, kind: wasReached ? kindOf(error) : 'transient', error };
  }
}

/** The server did not answer in time. */
class Late extends ExecError {}

function shakeHandsInTime(
  connection: Connection,
  { introduction, initializeTimeoutMs: ms, clock }: ConnectionPlan,
  earlier: Agreement | undefined,
  signal: AbortSignal,
): Promise<Agreement> {
  const late = (): Late =>
    new Late(
      'connectFailed',
      `${connection.label} did not answer initialize within ${ms} ms; is it an exec server?`,
    );
  return within({ clock, ms, late, signal }, (deadline) =>
    shakeHands(connection, introduction, earlier, deadline),
  );
}

function kindOf(error: unknown): FailureKind {
  return error instanceof ExecError && error.kind === 'sessionBusy' ? 'busy' : 'final';
}
