import type { FileFacts } from '../files/file-facts.js';
import { KERNEL_TREES } from '../files/kernel-trees.js';
import { childOf, NOT_UTF_8 } from '../files/paths.js';
import { type FileIdentity, resolvePath } from '../files/resolve-path.js';
import { TimeSlices } from '../files/time-slices.js';
import {
  MAX_GLOB_COMPARISONS,
  MAX_GLOB_MATCHES,
  MAX_GLOB_TEXT_CHARACTERS,
  MAX_SCANNED_ENTRIES,
} from '../limits.js';
import { compileGlob, type PathGlob, UnknownForm } from '../policy/glob.js';
import { refuse } from '../refuse.js';
import { type ScannedEntry, ShutDirectory } from '../repositories/scan-files.js';
import type { ScanTools } from '../repositories/scan-tree.js';
import type { GlobMatches, GlobScan } from './deny-glob.js';

/**
 * Looks for what the patterns of one intent match now. Below a directory that matches nothing more is looked for: it is
 * denied as a whole. Each directory is listed once for all patterns that hang below the same one, and the event loop is kept
 * for a moment at a time only.
 * @throws ExecError `sandboxUnsupported` when there is too much to look at: nothing that could match is left out.
 * @throws the reason of the signal.
 */
export async function searchGlobs(
  scans: readonly GlobScan[],
  files: FileFacts,
  tools: ScanTools,
  signal: AbortSignal,
): Promise<GlobMatches> {
  const search = new GlobSearch(tools, signal);
  const byKey = await search.prepare(scans, files);
  for (const [start, some] of groupedByStart([...byKey.values()])) await search.below(start, some);
  return new Map(
    scans.flatMap((scan) => {
      const hunt = byKey.get(keyOf(scan));
      return hunt === undefined ? [] : [[scan.origin, { ...hunt.found, base: hunt.base }] as const];
    }),
  );
}

/** One pattern on its way through the directories. */
interface Hunt {
  readonly scan: GlobScan;
  readonly base: string;
  /** Where its base really is. */
  readonly start: string;
  /** How many levels below that a match can lie. */
  readonly levels: number;
  /** How many comparisons a path takes. */
  readonly texts: number;
  readonly found: { readonly identity: FileIdentity | undefined; readonly paths: string[] };
  matches(path: string): boolean;
}

function keyOf({ pattern, directory, maxDepth }: GlobScan): string {
  return JSON.stringify([pattern, directory, maxDepth]);
}

/**
 * The pattern of a scan. @param spend As for `compileGlob`.
 * @throws ExecError `sandboxUnsupported` for one that would match nothing of what it means elsewhere.
 */
export function globOf(
  { pattern, origin, directory }: GlobScan,
  spend: (characters: number) => void,
): PathGlob {
  try {
    return compileGlob(pattern, directory, spend);
  } catch (error) {
    if (error instanceof UnknownForm) return refuse(origin, `${pattern} ${error.message}`);
    if (error instanceof RangeError)
      return refuse(origin, `${pattern} ${error.message}; send several patterns instead`);
    if (error instanceof SyntaxError)
      return refuse(origin, `${pattern} has a range that ends before it begins; turn it around`);
    throw error;
  }
}

function huntFor(scan: GlobScan, files: FileFacts, spend: (characters: number) => void): Hunt {
  const { pattern, origin, maxDepth } = scan;
  const glob = globOf(scan, spend);
  const { base } = glob;
  const resolved = resolvePath(base, files);
  if (resolved.kind === 'deadEnd')
    refuse(
      origin,
      `${resolved.why}, so it is unknown what ${pattern} matches; mend it or deny its directory`,
    );
  const { path: start, identity } = resolved;
  // Names are compared as the pattern spells them, and found where its base really is.
  const spelled = (path: string): string => base + path.slice(start === '/' ? 0 : start.length);
  return {
    scan,
    base,
    start,
    levels: Math.min(glob.levels, maxDepth ?? glob.levels),
    texts: glob.texts,
    found: { identity, paths: [] },
    matches: (path) => glob.matches(base === '/' ? path : spelled(path)),
  };
}

function groupedByStart(hunts: readonly Hunt[]): ReadonlyMap<string, readonly Hunt[]> {
  const groups = new Map<string, Hunt[]>();
  for (const hunt of hunts) {
    const group = groups.get(hunt.start) ?? [];
    groups.set(hunt.start, group);
    group.push(hunt);
  }
  return groups;
}

/** So many directories are read at a time; as many as Node has threads for it. */
const READS_AT_ONCE = 4;

/** A directory to list, and the patterns that could match something in it. */
interface Place {
  readonly directory: string;
  readonly level: number;
  readonly hunts: readonly [Hunt, ...Hunt[]];
}

class GlobSearch {
  readonly #tools: ScanTools;
  readonly #signal: AbortSignal;
  readonly #slices: TimeSlices;
  #entriesLeft = MAX_SCANNED_ENTRIES;
  #comparisonsLeft = MAX_GLOB_COMPARISONS;
  #matchesLeft = MAX_GLOB_MATCHES;
  #charactersLeft = MAX_GLOB_TEXT_CHARACTERS;

  constructor(tools: ScanTools, signal: AbortSignal) {
    this.#tools = tools;
    this.#signal = signal;
    this.#slices = new TimeSlices(tools);
  }

  /** The patterns by their keys, ready to be looked for; one that was sent twice is there once. */
  async prepare(scans: readonly GlobScan[], files: FileFacts): Promise<ReadonlyMap<string, Hunt>> {
    const hunts = new Map<string, Hunt>();
    for (const scan of scans) {
      const key = keyOf(scan);
      if (!hunts.has(key)) hunts.set(key, huntFor(scan, files, this.#spendCharacters(scan)));
      if (this.#slices.isOver) await this.#rest();
    }
    return hunts;
  }

  /** Level by level, without following links. */
  async below(start: string, hunts: readonly Hunt[]): Promise<void> {
    for (let level = placesAt(start, 1, hunts); level.length > 0; ) level = await this.#listAll(level);
  }

  async #listAll(level: readonly Place[]): Promise<readonly Place[]> {
    const queue = [...level].reverse();
    const below: Place[] = [];
    const work = async (): Promise<void> => {
      for (let place = queue.pop(); place !== undefined; place = queue.pop()) await this.#list(place, below);
    };
    try {
      await Promise.all(Array.from({ length: READS_AT_ONCE }, work));
      return below;
    } finally {
      // Where one of them fails, the others come to their end.
      queue.length = 0;
    }
  }

  async #list(place: Place, below: Place[]): Promise<void> {
    const { hunts } = place;
    try {
      await this.#listOpen(place, below);
    } catch (error) {
      if (!(error instanceof ShutDirectory)) throw error;
      for (const hunt of hunts) this.#take(hunt, error.directory);
    }
    if (this.#slices.isOver) await this.#rest();
  }

  async #listOpen(place: Place, below: Place[]): Promise<void> {
    const { directory, hunts } = place;
    for await (const chunk of this.#tools.files.list(directory)) {
      this.#spend(chunk.length, hunts);
      for (const entry of chunk) {
        await this.#visit(entry, place, below);
      }
    }
  }

  async #visit(
    { name, isDirectory }: ScannedEntry,
    { directory, level, hunts }: Place,
    below: Place[],
  ): Promise<void> {
    const path = childOf(directory, name);
    const others: Hunt[] = [];
    for (const hunt of hunts) {
      if (hunt.matches(path)) this.#take(hunt, path);
      else others.push(hunt);
      if (this.#slices.isOver) await this.#rest();
    }
    if (!isDirectory || KERNEL_TREES.includes(path)) return;
    for (const next of placesAt(path, level + 1, others)) {
      this.#refuseUnnamed(next.hunts[0], path);
      below.push(next);
    }
  }

  #take(hunt: Hunt, path: string): void {
    this.#refuseUnnamed(hunt, path);
    hunt.found.paths.push(path);
    this.#matchesLeft -= 1;
    if (this.#matchesLeft < 0)
      refuseWith(hunt, `there are more than ${MAX_GLOB_MATCHES} matches; deny directories instead`);
  }

  /** What cannot be named can neither be looked into nor be denied. */
  #refuseUnnamed({ scan }: Hunt, path: string): void {
    if (path.includes(NOT_UTF_8) && !this.#tools.files.exists(path))
      refuse(scan.origin, `${path} has a name that is not UTF-8 and may match ${scan.pattern}; rename it`);
  }

  #spend(entries: number, hunts: Place['hunts']): void {
    this.#entriesLeft -= entries;
    if (this.#entriesLeft < 0)
      refuseWith(hunts[0], `there are more than ${MAX_SCANNED_ENTRIES} entries to look at; ${SMALLER}`);
    this.#comparisonsLeft -= entries * hunts.reduce((texts, hunt) => texts + hunt.texts, 0);
    if (this.#comparisonsLeft < 0)
      refuseWith(hunts[0], `there are more than ${MAX_GLOB_COMPARISONS} names to compare; ${SMALLER}`);
  }

  #spendCharacters({ origin, pattern }: GlobScan): (characters: number) => void {
    return (characters) => {
      this.#charactersLeft -= characters;
      if (this.#charactersLeft >= 0) return;
      refuse(
        origin,
        `with the pattern ${pattern} the patterns stand for more than ${MAX_GLOB_TEXT_CHARACTERS} characters; use fewer braces, or deny directories instead`,
      );
    };
  }

  async #rest(): Promise<void> {
    await this.#slices.next();
    this.#signal.throwIfAborted();
  }
}

/** The directory, if one of the patterns could match something in it. */
function placesAt(directory: string, level: number, hunts: readonly Hunt[]): readonly Place[] {
  const [first, ...others] = hunts.filter(({ levels }) => level <= levels);
  return first === undefined ? [] : [{ directory, level, hunts: [first, ...others] }];
}

const SMALLER = 'start patterns deeper or set glob_scan_max_depth';

function refuseWith({ scan }: Hunt, problem: string): never {
  refuse(scan.origin, `with the pattern ${scan.pattern} ${problem}`);
}
