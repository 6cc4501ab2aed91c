import { lstatSync } from 'node:fs';
import { type DirectoryStamp, isSameStamp, isSettled } from '../../files/directory-stamp.js';
import type { Placeholder } from '../../linux/plan-mounts.js';
import { isReplaced } from './placeholder-file.js';

/** What is remembered at most; beyond it, everything is looked into once more. */
const MAX_REMEMBERED = 1024;

/** The machine as it is looked at. */
export interface PlaceholderSight {
  /** Milliseconds since 1970. */
  now(): number;
  /** Of a directory, not followed where it is a link; undefined for anything else. */
  stampOf(path: string): DirectoryStamp | undefined;
}

/**
 * Looks whether placeholders are still what they were made as. A directory that was empty is not opened again until it has
 * changed. A file is read each time: whoever has it in his memory writes it without a trace.
 */
export class PlaceholderLooks {
  readonly #sight: PlaceholderSight;
  /** Of directories that were empty. */
  readonly #empty = new Map<string, DirectoryStamp>();

  constructor(sight: PlaceholderSight = REAL_SIGHT) {
    this.#sight = sight;
  }

  /** Whether something else stands where a placeholder was made, or in it; true as well where nobody can tell. */
  isReplaced(placeholder: Placeholder): boolean {
    const { kind, path } = placeholder;
    if (kind === 'file') return isReplaced(path, placeholder);
    const stampedAtMs = this.#sight.now();
    const stamp = this.#sight.stampOf(path);
    const known = this.#empty.get(path);
    if (stamp !== undefined && known !== undefined && isSameStamp(known, stamp)) return false;
    this.#empty.delete(path);
    if (isReplaced(path, placeholder)) return true;
    if (stamp !== undefined && isSettled(stamp, stampedAtMs)) this.#remember(path, stamp);
    return false;
  }

  #remember(path: string, stamp: DirectoryStamp): void {
    if (this.#empty.size >= MAX_REMEMBERED) this.#empty.clear();
    this.#empty.set(path, stamp);
  }
}

const REAL_SIGHT: PlaceholderSight = {
  now: () => Date.now(),
  stampOf(path) {
    try {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory() !== true) return undefined;
      return { device: found.dev, inode: found.ino, changedMs: found.ctimeMs };
    } catch {
      // Looking into it says why.
      return undefined;
    }
  },
};
