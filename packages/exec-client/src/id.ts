import { asProcessId, asWriteId, type ProcessId, type WriteId } from '@holdfast/exec-protocol';
import { v4, v7 } from 'uuid';

/** A process id that nobody else has; ids made later sort later. */
export function newProcessId(): ProcessId {
  return asProcessId(v7());
}

/** A write id that nobody else has. */
export function newWriteId(): WriteId {
  return asWriteId(v7());
}

/** An id of an open file that nobody else has, no longer than the wire takes. */
export function newHandleId(): string {
  return v7().replaceAll('-', '');
}

/** An id of a streamed request that nobody else has. */
export function newRequestId(): string {
  return v7();
}

/** Tells this client from all others, on whatever connection it speaks. */
export function newClientInstance(): string {
  return v4();
}
