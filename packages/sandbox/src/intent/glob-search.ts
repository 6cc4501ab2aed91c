import type { FileFacts } from '../files/file-facts.js';
import { KERNEL_TREES } from '../files/kernel-trees.js';
import { childOf, depthOf, NOT_UTF_8, parentOf } from '../files/paths.js';
import { TimeSlices } from '../files/time-slices.js';
import {
  LEVELS_PER_ENTRY,
  MAX_CEILING_MOUNTS,
  MAX_GLOB_COMPARISONS,
  MAX_GLOB_MATCHES,
  MAX_GLOB_TEXT_CHARACTERS,
  MAX_SCANNED_ENTRIES,
} from '../limits.js';
import { PathMap } from '../policy/path-map.js';
import { refuse } from '../refuse.js';
import { type ScannedEntry, ShutDirectory } from '../repositories/scan-files.js';
import type { ScanTools } from '../repositories/scan-tree.js';
import type { GlobMatch, GlobMatches, GlobScan, SearchedPlaces } from './deny-glob.js';
import type { FillablePlaces } from './fillable-places.js';
import { groupedByStart, type Hunt, huntFor, keyOf } from './hunt.js';
import { NOTHING_OPENED, type OpenedPaths } from './opened-paths.js';
import { WeighedPaths } from './weighed-paths.js';
import { crowdedDirectories, WholeDirectories } from './whole-directories.js';

/**
 * Looks for what the patterns of one intent match now. In a directory that matches nothing more is looked for but in what the intent
 * opens there again. Each directory is listed once for all patterns that hang below the same one, and the event loop is kept
 * for a moment at a time only.
 * @throws ExecError `sandboxUnsupported` when there is too much to look at: nothing that could match is left out.
 * @throws the reason of the signal.
 */
export async function searchGlobs(
  scans: readonly GlobScan[],
  files: FileFacts,
  tools: ScanTools,
  signal: AbortSignal,
  places: SearchedPlaces,
): Promise<GlobMatches> {
  tools.files.begin();
  const search = new GlobSearch(tools, signal, places);
  const byKey = await search.prepare(scans, files);
  for (const [start, some] of groupedByStart([...byKey.values()])) await search.below(start, some);
  await search.thinOut();
  return new Map(
    scans.flatMap((scan) => {
      const hunt = byKey.get(keyOf(scan));
      return hunt === undefined ? [] : [[scan.origin, search.matchOf(hunt)] as const];
    }),
  );
}

/** So many directories are read at a time; as many as Node has threads for it. */
const READS_AT_ONCE = 4;

/** A directory to list, and the patterns that could match something in it. */
interface Place {
  readonly directory: string;
  readonly level: number;
  readonly hunts: readonly [Hunt, ...Hunt[]];
  /** Whether a command may have brought it about, with all that it holds. */
  readonly isFillable: boolean;
}

class GlobSearch {
  readonly #tools: ScanTools;
  readonly #signal: AbortSignal;
  readonly #fillable: FillablePlaces | undefined;
  readonly #opened: OpenedPaths;
  readonly #slices: TimeSlices;
  #hunts: readonly Hunt[] = [];
  readonly #wholes = new WholeDirectories<Hunt>();
  /** What was looked at in fillable places, in parts of all that may be. */
  readonly #looked = new WeighedPaths();
  /** The same that is left, and that comes back for what is denied as a whole. */
  #lookLeft = 1;
  #lookBack = LOOKED_AGAIN;
  /** Matches in fillable places. */
  #filled = 0;
  #filledAtMost = MAX_GLOB_MATCHES;
  #entriesLeft = MAX_SCANNED_ENTRIES;
  #comparisonsLeft = MAX_GLOB_COMPARISONS;
  #matchesLeft = MAX_GLOB_MATCHES;
  #charactersLeft = MAX_GLOB_TEXT_CHARACTERS;

  constructor(tools: ScanTools, signal: AbortSignal, { fillable, opened = NOTHING_OPENED }: SearchedPlaces) {
    this.#tools = tools;
    this.#signal = signal;
    this.#fillable = fillable;
    this.#opened = opened;
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
    this.#hunts = [...hunts.values()];
    return hunts;
  }

  /** Level by level, without following links. */
  async below(start: string, hunts: readonly Hunt[]): Promise<void> {
    const first = this.#placesAt(start, 1, hunts, this.#fillable?.hold(start) === true);
    for (let level = first; level.length > 0; ) level = await this.#listAll(level);
  }

  /** Denies fillable directories as a whole where what was found in them takes too many mounts, and forgets what lies in any such. */
  async thinOut(): Promise<void> {
    const fillable = this.#fillable;
    if (fillable === undefined) return;
    // Until this is done, others go on.
    this.#filledAtMost = Number.POSITIVE_INFINITY;
    this.#wholes.prune();
    const found = [...this.#foundInFilled()];
    const crowded = await crowdedDirectories(
      found.map(([path]) => path),
      (directory) => fillable.hold(directory),
      async () => {
        if (this.#slices.isOver) await this.#rest();
      },
    );
    const nearest = new PathMap(new Map(crowded.map((directory) => [directory, directory])));
    for (const [path, hunt] of found) {
      const directory = nearest.nearest(path);
      if (directory !== undefined) this.#wholes.add(directory, TOO_MANY_MOUNTS, hunt);
    }
    this.#wholes.prune();
    for (const { found: its } of this.#hunts)
      its.filled = its.filled.filter((path) => !this.#wholes.hold(path));
    this.#filled = this.#hunts.reduce((count, { found: { filled } }) => count + filled.length, 0);
    this.#filledAtMost = Math.max(MAX_GLOB_MATCHES, 2 * (this.#filled + this.#wholes.size));
  }

  *#foundInFilled(): Generator<readonly [path: string, hunt: Hunt]> {
    for (const { directory, source } of this.#wholes.all) yield [directory, source];
    for (const hunt of this.#hunts) for (const path of hunt.found.filled) yield [path, hunt];
  }

  matchOf({ base, found: { identity, paths, filled } }: Hunt): GlobMatch {
    const wholes = [...this.#wholes.all].map(({ source, ...whole }) => ({
      ...whole,
      by: source.scan.origin,
    }));
    return { base, identity, paths: [...paths, ...filled], opened: this.#opened, wholes };
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
    try {
      await this.#listOpen(place, below);
    } catch (error) {
      if (!(error instanceof ShutDirectory)) throw error;
      for (const hunt of place.hunts) this.#take(hunt, error.directory, place);
      await this.#reopen(place.hunts, place, below);
    }
    if (this.#slices.isOver) await this.#rest();
  }

  async #listOpen(place: Place, below: Place[]): Promise<void> {
    this.#spend(Math.floor(place.level / LEVELS_PER_ENTRY), place);
    if (this.#isCrowded) await this.thinOut();
    if (this.#wholes.hold(place.directory)) return;
    for await (const chunk of this.#tools.files.list(place.directory)) {
      this.#spend(chunk.length, place);
      for (const entry of chunk) {
        await this.#visit(entry, place, below);
      }
      if (this.#isCrowded) await this.thinOut();
      if (this.#wholes.hold(place.directory)) return;
    }
  }

  /** Whether it is time not to remember all of it. */
  get #isCrowded(): boolean {
    return this.#filled + this.#wholes.size > this.#filledAtMost;
  }

  async #visit({ name, isDirectory }: ScannedEntry, place: Place, below: Place[]): Promise<void> {
    const { directory, level, hunts, isFillable } = place;
    const path = childOf(directory, name);
    const closed: Hunt[] = [];
    const others: Hunt[] = [];
    for (const hunt of hunts) {
      const isMatch = hunt.matches(path);
      if (isMatch) this.#take(hunt, path, place);
      (isMatch ? closed : others).push(hunt);
      if (this.#slices.isOver) await this.#rest();
    }
    if (!isDirectory || KERNEL_TREES.includes(path)) return;
    for (const next of this.#placesAt(path, level + 1, others, isFillable))
      if (this.#canName(next.hunts[0], path, place)) below.push(next);
    await this.#reopen(closed, { directory: path, level: level + 1 }, below);
  }

  /** Goes on in a directory that is denied where it is opened again, and nowhere between: what is denied there is denied already. */
  async #reopen(
    hunts: readonly Hunt[],
    { directory, level }: Pick<Place, 'directory' | 'level'>,
    below: Place[],
  ): Promise<void> {
    if (hunts.length === 0) return;
    for (const { path, kind } of this.#opened.in(directory)) {
      const holder = parentOf(path);
      const levels = depthOf(holder) - depthOf(directory);
      const isInside = this.#fillable?.hold(holder) === true;
      for (const place of this.#placesAt(holder, level + levels, hunts, isInside)) {
        this.#spend(1, place);
        await this.#visit(
          { name: path.slice(path.lastIndexOf('/') + 1), isDirectory: kind === 'directory' },
          place,
          below,
        );
      }
    }
  }

  /** The directory, if one of the patterns could match something in it. @param isInside Whether what holds it is fillable. */
  #placesAt(directory: string, level: number, hunts: readonly Hunt[], isInside: boolean): readonly Place[] {
    const [first, ...others] = hunts.filter(({ levels }) => level <= levels);
    if (first === undefined) return [];
    const isFillable = isInside || this.#fillable?.has(directory) === true;
    return [{ directory, level, hunts: [first, ...others], isFillable }];
  }

  #take(hunt: Hunt, path: string, place: Place): void {
    if (!this.#canName(hunt, path, place)) return;
    if (place.isFillable) {
      hunt.found.filled.push(path);
      this.#filled += 1;
      return;
    }
    hunt.found.paths.push(path);
    this.#matchesLeft -= 1;
    if (this.#matchesLeft < 0)
      refuseWith(hunt, `there are more than ${MAX_GLOB_MATCHES} matches; deny directories instead`);
  }

  /** What cannot be named can neither be looked into nor be denied. */
  #canName(hunt: Hunt, path: string, { directory, isFillable }: Place): boolean {
    if (!path.includes(NOT_UTF_8) || this.#tools.files.exists(path)) return true;
    const { origin, pattern } = hunt.scan;
    const why = `${path} has a name that is not UTF-8 and may match ${pattern}; rename it`;
    if (!isFillable) return refuse(origin, why);
    this.#wholes.add(directory, why, hunt);
    return false;
  }

  #spend(entries: number, place: Place): void {
    const { directory, hunts, isFillable } = place;
    const comparisons = entries * hunts.reduce((texts, hunt) => texts + hunt.texts, 0);
    if (isFillable) {
      const part = Math.max(entries / MAX_SCANNED_ENTRIES, comparisons / MAX_GLOB_COMPARISONS);
      this.#looked.add(directory, part);
      this.#lookLeft -= part;
      if (this.#lookLeft < 0) this.#giveUp(place);
      return;
    }
    this.#entriesLeft -= entries;
    if (this.#entriesLeft < 0)
      refuseWith(hunts[0], `there are more than ${MAX_SCANNED_ENTRIES} entries to look at; ${SMALLER}`);
    this.#comparisonsLeft -= comparisons;
    if (this.#comparisonsLeft < 0)
      refuseWith(hunts[0], `there are more than ${MAX_GLOB_COMPARISONS} names to compare; ${SMALLER}`);
  }

  /** Goes on without the directory in which most was looked at, as long as that is allowed; then without what comes. */
  #giveUp({ directory, hunts: [hunt] }: Place): void {
    const mayBe = (path: string): boolean => this.#fillable?.hold(path) === true;
    const least = this.#looked.total / LOOKED_SHARES;
    const most = this.#lookBack > 0 ? this.#looked.heaviest(least, mayBe) : undefined;
    if (most === undefined || most.weight <= 0) this.#wholes.add(directory, TOO_MUCH_TO_LOOK_AT, hunt);
    else {
      this.#wholes.add(most.path, TOO_MUCH_TO_LOOK_AT, hunt);
      this.#looked.replace(most.path, 0);
      const back = Math.min(most.weight, this.#lookBack);
      this.#lookBack -= back;
      this.#lookLeft += back;
    }
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

/** What may be looked at beyond all that, in parts of it, once directories are denied as a whole for it. */
const LOOKED_AGAIN = 0.5;

/** At least such a part of what was looked at lies in a directory that is given up for it. */
const LOOKED_SHARES = 16;

const TOO_MUCH_TO_LOOK_AT = `there are more than ${MAX_SCANNED_ENTRIES} entries to look at, or ${MAX_GLOB_COMPARISONS} names to compare, where commands may write; remove some`;

const TOO_MANY_MOUNTS = `what matches where commands may write needs more than ${MAX_CEILING_MOUNTS} mounts, and much of it lies there; remove some`;

const SMALLER = 'start patterns deeper or set glob_scan_max_depth';

function refuseWith({ scan }: Hunt, problem: string): never {
  refuse(scan.origin, `with the pattern ${scan.pattern} ${problem}`);
}
