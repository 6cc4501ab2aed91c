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

/** Tells this client from all others, on whatever connection it speaks. */
export function newClientInstance(): string {
  return v4();
}
