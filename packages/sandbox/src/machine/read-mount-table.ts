import { readFileSync } from 'node:fs';
import { textOfBytes } from '../files/byte-text.js';

/**
 * What the kernel tells of the mounts that a process sees, a line for each, as `textOfBytes` has it; undefined where there is no such
 * process.
 */
export function readMountTable(pid: number): string | undefined {
  try {
    return textOfBytes(readFileSync(`/proc/${String(pid)}/mountinfo`));
  } catch {
    return undefined;
  }
}
