import { readFileSync } from 'node:fs';
import { textOfBytes } from '../files/byte-text.js';

/**
 * What the kernel tells of the mounts that a process sees, a line for each, as `textOfBytes` has it; undefined where there is no such
 * process.
 */
export function readMountTable(pid: number): string | undefined {
  try {
    return tableAt(`/proc/${String(pid)}/mountinfo`);
  } catch {
    return undefined;
  }
}

/** That of this process. @throws Error of the system where it cannot be read. */
export function readOwnMountTable(): string {
  return tableAt('/proc/self/mountinfo');
}

function tableAt(file: string): string {
  return textOfBytes(readFileSync(file));
}
