import { withSpareDescriptor } from '../../../spare-descriptor.js';
import { insideOfSandboxes } from './living-sandboxes.js';
import { readStart } from './proc-file.js';
import type { ProcessEntry } from './process-tree.js';

/**
 * How much of an environment is looked at. How long it is, a process decides itself, and needs no memory for it; what marks a
 * child comes first in the one that the child is started with.
 */
export const ENVIRONMENT_BYTES = 128 * 1024;

/**
 * What is looked at first, and mostly alone. To hand out so much the kernel waits once for the lock of a process's memory, and
 * the process may hold that for as long as it likes.
 */
export const GLANCE_BYTES = 4096;

/**
 * Finds processes in a table by their environments. It is asked again while they are being ended: whoever did not fit is not
 * looked at once more. Environments of other users cannot be looked at.
 */
export type EnvironmentSearch = (table: readonly ProcessEntry[]) => ProcessEntry[];

/**
 * Looks for processes whose environment has one of these entries, NAME=value, that mark children outside of sandboxes. What is
 * inside of a sandbox that this program has started descends from none of them, and is not looked at.
 */
export function carriersOf(marks: ReadonlySet<string>, read = readEnvironment): EnvironmentSearch {
  if (marks.size === 0) return () => [];
  const names = [...new Set([...marks].map((mark) => mark.slice(0, mark.indexOf('=') + 1)))];
  const beginnings = names.map((name) => Buffer.from(`\0${name}`));
  const search = searchBy(
    {
      fits: (environment) => beginnings.some((beginning) => marks.has(entryAt(environment, beginning))),
      isEnough: (glance) => beginnings.every((beginning) => hasWholeEntry(glance, beginning)),
    },
    read,
  );
  return (table) => {
    const isInside = insideOfSandboxes(table);
    return search(table.filter((entry) => !isInside(entry)));
  };
}

/** Looks for processes whose environment holds this text anywhere. */
export function holdersOf(text: string, read = readEnvironment): EnvironmentSearch {
  const wanted = Buffer.from(text);
  const fits = (environment: Buffer): boolean => environment.includes(wanted);
  return searchBy({ fits, isEnough: fits }, read);
}

interface Wanted {
  readonly fits: (environment: Buffer) => boolean;
  /** Whether a beginning tells as much as the whole. */
  readonly isEnough: (glance: Buffer) => boolean;
}

function searchBy({ fits, isEnough }: Wanted, read: typeof readEnvironment): EnvironmentSearch {
  const others = new Set<string>();
  return (table) =>
    table.filter((entry) => {
      const key = `${entry.pid}/${entry.startTime}`;
      if (others.has(key)) return false;
      const environment = read(entry.pid, isEnough);
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

function hasWholeEntry(environment: Buffer, beginning: Buffer): boolean {
  const at = environment.indexOf(beginning);
  return at >= 0 && environment.includes(0, at + 1);
}

// A NUL comes first, so that each entry has one before it.
const scratch = Buffer.alloc(1 + ENVIRONMENT_BYTES);

/** A NUL and the environment, or as much of it as is enough, until the next call. */
function readEnvironment(pid: number, isEnough: Wanted['isEnough']): Buffer {
  const glance = readBeginning(pid, GLANCE_BYTES);
  if (glance.length <= GLANCE_BYTES || isEnough(glance)) return glance;
  return readBeginning(pid, ENVIRONMENT_BYTES);
}

function readBeginning(pid: number, bytes: number): Buffer {
  try {
    const length = withSpareDescriptor(() =>
      readStart(`/proc/${String(pid)}/environ`, scratch.subarray(1, 1 + bytes)),
    );
    return scratch.subarray(0, 1 + length);
  } catch {
    return scratch.subarray(0, 1);
  }
}
