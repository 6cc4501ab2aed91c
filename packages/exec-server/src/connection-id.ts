import { asConnectionId, type ConnectionId } from '@holdfast/exec-protocol';
import { v7 } from 'uuid';

/** Names a connection in the log; later ones sort after earlier ones. */
export function createConnectionId(): ConnectionId {
  return asConnectionId(v7());
}
