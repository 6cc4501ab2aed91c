import { withSpareDescriptor } from '../../../spare-descriptor.js';
import { readStart } from './proc-file.js';
import type { ProcessEntry } from './process-tree.js';

/**
 * How much of an environment is looked at. How long it is, a process decides itself, and needs no memory for it; what marks a
 * child comes first in the one that the child is started with.
 */
export const ENVIRONMENT_BYTES = 128 * 1024;

/**
 * Finds processes in a table by their environments. It is asked again while they are being ended: whoever did not fit is not
 * looked at once more. Environments of other users cannot be looked at.
 */
export type EnvironmentSearch = (table: readonly ProcessEntry[]) => ProcessEntry[];

/** Looks for processes whose environment has one of these entries, NAME=value. */
export function carriersOf(marks: ReadonlySet<string>, read = readEnvironment): EnvironmentSearch {
  if (marks.size === 0) return () => [];
  const names = [...new Set([...marks].map((mark) => mark.slice(0, mark.indexOf('=') + 1)))];
  const beginnings = names.map((name) => Buffer.from(`\0${name}`));
  return searchBy(
    (environment) => beginnings.some((beginning) => marks.has(entryAt(environment, beginning))),
    read,
  );
}

/** Looks for processes whose environment holds this text anywhere. */
export function holdersOf(text: string, read = readEnvironment): EnvironmentSearch {
  const wanted = Buffer.from(text);
  return searchBy((environment) => environment.includes(wanted), read);
}

function searchBy(fits: (environment: Buffer) => boolean, read: typeof readEnvironment): EnvironmentSearch {
  const others = new Set<string>();
  return (table) =>
    table.filter((entry) => {
      const key = `${entry.pid}/${entry.startTime}`;
      if (others.has(key)) return false;
      const environment = read(entry.pid);
      const isOne = fits(environment);
      // A process that becomes a program has no environment for a moment.
      if (!isOne && environment.length > 1) others.add(key);
      return isOne;
    });
}

/** The first entry that begins so, without the NUL before it; an empty text where there is none. */
function entryAt(environment: Buffer, beginning: Buffer): string {
  const at = environment.indexOf(beginning);
  if (at < 0) return '';
  const end = environment.indexOf(0, at + 1);
  return environment.toString('latin1', at + 1, end < 0 ? environment.length : end);
}

// A NUL comes first, so that each entry has one before it.
const scratch = Buffer.alloc(1 + ENVIRONMENT_BYTES);

/** A NUL and the environment, until the next call. */
function readEnvironment(pid: number): Buffer {
  try {
    const length = withSpareDescriptor(() => readStart(`/proc/${String(pid)}/environ`, scratch.subarray(1)));
    return scratch.subarray(0, 1 + length);
  } catch {
    return scratch.subarray(0, 1);
  }
}
