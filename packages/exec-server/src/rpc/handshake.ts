/** How far a connection has come. Requests are served in `ready` alone. */
export type Handshake =
  | { readonly kind: 'awaitingInitialize' }
  | { readonly kind: 'awaitingInitialized' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken' };

/** What moves a handshake on. `initialize` counts once it has been answered with success. */
export type HandshakeEvent = 'initialize' | 'initialized';

/** Where every handshake begins. */
export const HANDSHAKE_START: Handshake = { kind: 'awaitingInitialize' };

/** The state after an event. A repeated `initialized` changes nothing; one that comes too early breaks the connection. */
export function nextHandshake(state: Handshake, event: HandshakeEvent): Handshake {
  switch (state.kind) {
    case 'awaitingInitialize':
      return event === 'initialize' ? { kind: 'awaitingInitialized' } : { kind: 'broken' };
    case 'awaitingInitialized':
      return event === 'initialized' ? { kind: 'ready' } : state;
    case 'ready':
    case 'broken':
      return state;
  }
}
