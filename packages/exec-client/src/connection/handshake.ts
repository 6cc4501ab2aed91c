import {
  type Extensions,
  grantExtensions,
  initialize,
  initialized,
  type ParamsOf,
  type Peer,
  type ResultOf,
} from '@holdfast/exec-protocol';

/** What a client says of itself. */
export interface HandshakeOptions {
  readonly clientName: string;
  /** What it would like to use; empty for none, and then the server sees nothing of it. */
  readonly extensions: Extensions;
}

/** What both sides agreed on. */
export interface Agreement {
  readonly sessionId: ResultOf<typeof initialize>['sessionId'];
  readonly environmentInfo: ResultOf<typeof initialize>['environmentInfo'];
  readonly extensions: Extensions;
}

/** Opens a session. @throws ExecError with the server's refusal; the reason of `signal`. */
export async function shakeHands(
  peer: Peer,
  { clientName, extensions }: HandshakeOptions,
  signal: AbortSignal,
): Promise<Agreement> {
  const offers = Object.keys(extensions).length > 0;
  const params: ParamsOf<typeof initialize> = {
    clientName,
    ...(offers ? { extensions: { ...extensions } } : {}),
  };
  const answer = await peer.request(initialize, params, signal);
  peer.notify(initialized, {});
  return {
    sessionId: answer.sessionId,
    environmentInfo: answer.environmentInfo,
    // A server cannot grant more than it was offered.
    extensions: grantExtensions(answer.extensions ?? {}, extensions),
  };
}
