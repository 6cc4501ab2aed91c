import {
  ExecError,
  type Extensions,
  grantExtensions,
  initialize,
  initialized,
  type ParamsOf,
  type ResultOf,
  type SessionId,
} from '@holdfast/exec-protocol';
import type { Connection } from './connection.js';

/** What a client says of itself. */
export interface Introduction {
  readonly clientName: string;
  /** Random, and the same on every connection of this client. */
  readonly clientInstance: string;
  /** What it would like to use; empty for none, and then the server sees nothing of it. */
  readonly extensions: Extensions;
}

/** What both sides agreed on. */
export interface Agreement {
  readonly sessionId: SessionId;
  readonly environmentInfo: ResultOf<typeof initialize>['environmentInfo'];
  readonly extensions: Extensions;
}

/**
 * Opens a session, or takes the one up again that was agreed on before.
 * @throws ExecError with the server's refusal, or `sessionUnknown` when it gave another session than the one asked for;
 *   the reason of `signal`.
 */
export async function shakeHands(
  connection: Connection,
  introduction: Introduction,
  earlier: Agreement | undefined,
  signal: AbortSignal,
): Promise<Agreement> {
  const { extensions } = introduction;
  const answer = await connection.request(initialize, initializeParams(introduction, earlier), { signal });
  if (earlier !== undefined && answer.sessionId !== earlier.sessionId) {
    throw new ExecError('sessionUnknown', 'the server opened another session instead of resuming this one');
  }
  // A server cannot grant more than it was offered.
  const granted = grantExtensions(answer.extensions ?? {}, extensions);
  if (earlier !== undefined && !isSame(granted, earlier.extensions)) {
    throw new ExecError('unsupported', 'the server grants other extensions than before the link was lost');
  }
  connection.notify(initialized, {});
  return { sessionId: answer.sessionId, environmentInfo: answer.environmentInfo, extensions: granted };
}

function initializeParams(
  { clientName, clientInstance, extensions }: Introduction,
  earlier: Agreement | undefined,
): ParamsOf<typeof initialize> {
  const offers = Object.keys(extensions).length > 0;
  return {
    clientName,
    ...(earlier === undefined ? {} : { resumeSessionId: earlier.sessionId }),
    ...(extensions.replay === undefined ? {} : { clientInstance }),
    ...(offers ? { extensions: { ...extensions } } : {}),
  };
}

function isSame(one: Extensions, other: Extensions): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as ReadonlySet<keyof Extensions>;
  return [...names].every((name) => one[name] === other[name]);
}
