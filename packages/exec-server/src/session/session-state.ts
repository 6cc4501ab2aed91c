import type { ConnectionId } from '@holdfast/exec-protocol';

/** Who holds a session. A closed one never opens again. */
export type SessionState =
  | { readonly kind: 'attached'; readonly connection: ConnectionId }
  | { readonly kind: 'detached'; readonly expiresAt: number }
  | { readonly kind: 'closed' };

/** What happens to a session. Times are those of the server's clock, in milliseconds. */
export type SessionEvent =
  | { readonly type: 'resume'; readonly connection: ConnectionId; readonly now: number }
  | { readonly type: 'detach'; readonly connection: ConnectionId; readonly expiresAt: number }
  | { readonly type: 'expire'; readonly now: number }
  | { readonly type: 'close' };

/**
 * The state after an event. A resume has succeeded if its connection holds the session afterwards: while another one
 * does, nothing changes, and at the moment of expiry the session is over, not resumed.
 */
export function nextSession(state: SessionState, event: SessionEvent): SessionState {
  if (state.kind === 'closed') return state;
  switch (event.type) {
    case 'resume': {
      if (state.kind === 'attached') return state;
      if (event.now >= state.expiresAt) return { kind: 'closed' };
      return { kind: 'attached', connection: event.connection };
    }
    case 'detach': {
      // A connection that has been replaced learns of its end late; its successor must not suffer for it.
      if (state.kind === 'detached' || state.connection !== event.connection) return state;
      return { kind: 'detached', expiresAt: event.expiresAt };
    }
    case 'expire':
      return state.kind === 'detached' && event.now >= state.expiresAt ? { kind: 'closed' } : state;
    case 'close':
      return { kind: 'closed' };
  }
}
