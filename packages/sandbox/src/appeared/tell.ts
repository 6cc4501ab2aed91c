import { directPath } from '../files/direct-path.js';
import { readSmallBytes } from '../files/read-small-file.js';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';
import type { ChangeLook } from './change-look.js';

/** Tells of one entry of a repository that has changed, if there is something to tell. @param directory Of the repository. */
export type Tell = (path: string, directory: string, look: ChangeLook) => Promise<void> | undefined;

/** How an entry is told of. */
export interface Told {
  readonly tell: Tell;
  /** Whether what it holds says if there is something to tell; else it is told when it has changed, whatever it holds. */
  readonly isByContent: boolean;
}

export function byContent(tell: Tell): Told {
  return { tell, isByContent: true };
}

export function byChange(tell: Tell): Told {
  return { tell, isByContent: false };
}

/** Stands for the names in what is too large to be looked at, or cannot be read. */
export const UNREADABLE_NAME = 'what nobody can read here';

/** The same as `bytesOf`, as text. */
export function textOf(path: string): string | undefined {
  return bytesOf(path, MAX_SMALL_FILE_BYTES)?.toString('utf8');
}

/** Undefined for what cannot be read, a link included, which is told of by itself. */
export function bytesOf(path: string, maxBytes: number): Buffer | undefined {
  try {
    return readSmallBytes(directPath(path), maxBytes);
  } catch {
    return undefined;
  }
}
