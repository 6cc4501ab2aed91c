import {
  MAX_INDEX_BYTES,
  MAX_INDEX_CHARACTERS,
  MAX_LOOKED_ENTRIES,
  MAX_LOOKED_OBJECTS,
  MAX_PACK_NAME_BYTES,
} from '../limits.js';
import type { Findings } from './findings.js';
import type { KeptOutPlaces } from './kept-out.js';

/** What one look may still do, in all repositories together; counted down. */
export interface LookBudget {
  entries: number;
  objects: number;
  indexBytes: number;
  indexCharacters: number;
  packNameBytes: number;
}

export function fullBudget(): LookBudget {
  return {
    entries: MAX_LOOKED_ENTRIES,
    objects: MAX_LOOKED_OBJECTS,
    indexBytes: MAX_INDEX_BYTES,
    indexCharacters: MAX_INDEX_CHARACTERS,
    packNameBytes: MAX_PACK_NAME_BYTES,
  };
}

/** A look at what has changed. */
export interface ChangeLook {
  /** Milliseconds since 1970; what has not changed from then on is left out. */
  readonly since: number;
  /** Whether the command could write at a canonical path. */
  readonly isWritable: (path: string) => boolean;
  /** Whether a directory stands at its canonical path where it stood before; false where nobody knows. */
  readonly isUnmoved: (path: string) => boolean;
  /** Directories of repositories, each of which is looked at by itself. */
  readonly repositories: ReadonlySet<string>;
  readonly budget: LookBudget;
  readonly findings: Findings;
  readonly keptOut: KeptOutPlaces;
  readonly signal: AbortSignal;
}
