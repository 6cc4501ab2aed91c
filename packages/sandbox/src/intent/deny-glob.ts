import type { FileIdentity } from '../files/resolve-path.js';
import type { WholeDirectory } from '../policy/path-rule.js';
import type { FillablePlaces } from './fillable-places.js';
import type { OpenedPaths } from './opened-paths.js';

/** Where to look for what a pattern matches. */
export interface GlobScan {
  readonly pattern: string;
  /** The entry of the intent; no other scan of this intent has it. */
  readonly origin: string;
  /** The directory that a relative pattern hangs below. */
  readonly directory: string;
  /** Levels below the pattern's base; undefined for all. */
  readonly maxDepth: number | undefined;
}

/** What the profile says of the places where its patterns are looked for. */
export interface SearchedPlaces {
  /** In what they match they are looked for there alone; default nowhere. */
  readonly opened?: OpenedPaths;
  /**
   * For a ceiling: what cannot be looked for or denied in detail there is denied as a whole, for a command may have brought
   * it about, and would have every start refused. Default nothing.
   */
  readonly fillable?: FillablePlaces;
}

/** What a pattern matched when it was looked for. */
export interface GlobMatch {
  /** The directory below which every match lies, as the pattern spells it. */
  readonly base: string;
  /** What that was; undefined where nothing was there. */
  readonly identity: FileIdentity | undefined;
  /** Canonical, but for the last name, which may be a link. */
  readonly paths: readonly string[];
  /** That of the whole profile. */
  readonly opened: OpenedPaths;
  /** Those of all patterns of a ceiling together: matches of any of them may lie in each. */
  readonly wholes: readonly FoundWhole[];
}

/** A directory that is denied as a whole. */
export interface FoundWhole extends WholeDirectory {
  /** The origin of a pattern for which that is so. */
  readonly by: string;
}

/** What the patterns of an intent matched, by the origin of each. */
export type GlobMatches = ReadonlyMap<string, GlobMatch>;
