import {
  CLIENT_SILENCE_MS,
  type Extensions,
  offeredExtensions,
  RECOVER_DEADLINE_MS,
  VERSION,
} from '@holdfast/exec-protocol';
import type { Client } from './client.js';
import { type Clock, systemClock } from './clock.js';
import type { Dial } from './connection/open-connection.js';
import { newClientInstance } from './id.js';
import { createClient } from './session-client.js';
import type { LocalFiles } from './transfer/local-files.js';

/** How a session is opened and held. */
export interface SessionOptions {
  /** Gives up; opening fails with its reason. It does not end a client that is connected. */
  readonly signal?: AbortSignal;
  /** What the server's log calls this client; default `holdfast` and its version. */
  readonly clientName?: string;
  /** How long the server may take to answer `initialize`; default 10,000. */
  readonly initializeTimeoutMs?: number;
  /** What goes beyond the reference wire, to be offered; default everything. `{}` behaves as a reference client does. */
  readonly extensions?: Extensions;
  /**
   * How long to try to get the session back after the connection was lost; default 45,000, well below the time for which
   * servers keep it. 0 for not at all: then the session is lost with its connection.
   */
  readonly recoverTimeoutMs?: number;
  /**
   * How long the server may be silent before the connection counts as lost; default 45,000. It is asked for a sign of life
   * after a third of it. 0 for as long as it likes.
   */
  readonly silenceMs?: number;
  /** Numbers from 0 to 1 that spread attempts to reconnect; default `Math.random`. */
  readonly random?: () => number;
}

const INITIALIZE_TIMEOUT_MS = 10_000;

/**
 * Opens a session over any carrier, and holds it over as many as it takes.
 *
 * @param dial Makes a carrier; what it gives is taken over. It is called again each time that the last one is lost.
 * @param local What uploads read and downloads write; without it there are none.
 * @throws ExecError the server's when it refuses a session, `connectFailed`; what `dial` throws; the reason of `signal`.
 */
export async function openSession(
  dial: Dial,
  options: SessionOptions = {},
  clock: Clock = systemClock,
  local?: LocalFiles,
): Promise<Client> {
  const {
    signal,
    clientName = `holdfast/${VERSION}`,
    initializeTimeoutMs = INITIALIZE_TIMEOUT_MS,
    extensions = offeredExtensions(),
    recoverTimeoutMs = RECOVER_DEADLINE_MS,
    silenceMs = CLIENT_SILENCE_MS,
    random = Math.random,
  } = options;
  const introduction = { clientName, clientInstance: newClientInstance(), extensions };
  const plan = { dial, introduction, initializeTimeoutMs, clock, recoverTimeoutMs, silenceMs, random };
  return createClient(plan, signal, local);
}
