import { KERNEL_TREES } from '../files/kernel-trees.js';
import { childOf, isWithinAny, NOT_UTF_8, namesOf, parentOf } from '../files/paths.js';
import { TimeSlices, type TurnClock } from '../files/time-slices.js';
import { LEVELS_PER_DIRECTORY, MAX_SCANNED_TREE_ENTRIES } from '../limits.js';
import { isLeftOut, KEPT_BY_GIT } from './kept-by-git.js';
import { isCurrent, type Listing, readListing } from './listing.js';
import { type ScanFiles, ShutDirectory } from './scan-files.js';

/** What is to be looked through. */
export interface ScanTarget {
  /** A canonical path. */
  readonly root: string;
  /** Directories below it that are left out, with all that they hold. */
  readonly except: ReadonlySet<string>;
  /** How many directories may be looked at; one that lies deep counts for several. */
  readonly maxDirectories: number;
}

/**
 * What was found. It depends on the directories alone, never on what was remembered of them, but for this: what an earlier
 * look has found comes first where this one came to no end.
 */
export interface ScannedTree {
  /** Paths that end in `.git`, whatever stands there. */
  readonly gitPaths: readonly string[];
  /** Directories that are what `.git` is elsewhere: those of submodules, bare repositories, and linked worktrees of others than these. */
  readonly repositories: readonly string[];
  /** Directories that could not be looked into for their mode, and that this user could fill all the same; one of them may hold another. */
  readonly shut: readonly string[];
  /** Why not everything was looked at; undefined where it was. */
  readonly unseen: string | undefined;
}

/** What a scan works with. */
export interface ScanTools extends TurnClock {
  readonly files: ScanFiles;
  /** Milliseconds since 1970, by the clock that stamps files. */
  wallNow(): number;
}

/** Listings by path. */
export type KnownListings = ReadonlyMap<string, Listing>;

/** What earlier looks have left. */
export interface Remembered {
  /** One is used only where its directory has not changed since, so it saves reading and changes no result. */
  readonly listings: KnownListings;
  /** Where repositories were found: whoever fills a root with other directories must not hide them. */
  readonly found: Pick<ScannedTree, 'gitPaths' | 'repositories'>;
}

/**
 * Looks for repositories below a directory, breadth first, without following links; what package managers unpack comes
 * last, and behind it what git keeps. It keeps the event loop for a moment at a time only. What it finds depends on the directories and on the bounds of
 * their number, never on how long it takes.
 * @param signal Nobody waits for it any more: it fails with the reason, within one slice.
 * @returns what was found, and the listings for the next scan.
 */
export async function scanTree(
  target: ScanTarget,
  known: Remembered,
  tools: ScanTools,
  signal: AbortSignal,
): Promise<{ readonly tree: ScannedTree; readonly listings: KnownListings }> {
  tools.files.begin();
  const scan = new Scan(target, known, tools, signal);
  await scan.run();
  return { tree: scan.tree, listings: scan.listings };
}

/** So many directories are read at a time; as many as Node has threads for it. */
const READS_AT_ONCE = 4;

/** What lies below these is looked at when everything else was: it is much, and seldom anybody's work. */
const LAST_NAMES: ReadonlySet<string> = new Set([
  'node_modules',
  '.cache',
  '.venv',
  'site-packages',
  'target',
]);

class Scan {
  readonly listings = new Map<string, Listing>();
  readonly #target: ScanTarget;
  readonly #known: Remembered;
  readonly #tools: ScanTools;
  readonly #signal: AbortSignal;
  readonly #slices: TimeSlices;
  readonly #gitPaths: string[] = [];
  readonly #repositories: string[] = [];
  readonly #shut = new Set<string>();
  readonly #rootDepth: number;
  #left: number;
  /** Whether directories have counted as more than one. */
  #hasDeep = false;
  #entriesLeft = MAX_SCANNED_TREE_ENTRIES;
  readonly #last: string[] = [];
  readonly #keptByGit: string[] = [];
  #unseen: string | undefined;

  constructor(target: ScanTarget, known: Remembered, tools: ScanTools, signal: AbortSignal) {
    this.#target = target;
    this.#known = known;
    this.#tools = tools;
    this.#signal = signal;
    this.#slices = new TimeSlices(tools);
    this.#rootDepth = namesOf(target.root).length;
    this.#left = target.maxDirectories;
  }

  get tree(): ScannedTree {
    return {
      gitPaths: this.#gitPaths,
      repositories: this.#repositories,
      shut: [...this.#shut].sort(),
      unseen: this.#unseen,
    };
  }

  async run(): Promise<void> {
    for (let level: readonly string[] = [this.#target.root]; level.length > 0; ) {
      await this.#listAll(this.#within(level));
      const next: string[] = [];
      for (const directory of level) next.push(...(await this.#worthLooking(this.#below(directory))));
      level = next.length > 0 ? next : (this.#last.length > 0 ? this.#last : this.#keptByGit).splice(0);
    }
    if (this.#unseen !== undefined) await this.#findAgain();
  }

  /** Those that may still be looked at. */
  #within(level: readonly string[]): readonly string[] {
    for (const [at, directory] of level.entries()) {
      const more = Math.floor((namesOf(directory).length - this.#rootDepth) / LEVELS_PER_DIRECTORY);
      this.#left -= 1 + more;
      this.#hasDeep ||= more > 0;
      if (this.#left >= 0) continue;
      this.#left = 0;
      this.#cut(this.#tooManyDirectories);
      return level.slice(0, at);
    }
    return level;
  }

  get #tooManyDirectories(): string {
    const { maxDirectories } = this.#target;
    const depth = this.#hasDeep ? ', of which those that lie deep count more' : '';
    return `it has more than ${maxDirectories} directories${depth}`;
  }

  /** A reason why not everything was looked at; the first one is told. */
  #cut(why: string): void {
    this.#unseen ??= why;
  }

  /** In turn, a few at a time: which directories come within the bounds must not depend on which are read first. */
  async #listAll(level: readonly string[]): Promise<void> {
    for (let at = 0; at < level.length && this.#entriesLeft >= 0; at += READS_AT_ONCE) {
      const some = level.slice(at, at + READS_AT_ONCE);
      const listings = await Promise.all(some.map((directory) => this.#listingOrShut(directory)));
      listings.forEach((listing, place) => this.#take(some[place] ?? '', listing));
      await this.#rest();
    }
  }

  #take(directory: string, listing: Listing | undefined): void {
    if (listing === undefined || this.#entriesLeft < 0) return;
    this.#entriesLeft -= listing.entries;
    this.listings.set(directory, listing);
    if (this.#entriesLeft < 0) this.#cut(`it has more than ${MAX_SCANNED_TREE_ENTRIES} entries`);
    else if (listing.isCut) this.#cut(this.#tooManyDirectories);
  }

  async #listingOrShut(directory: string): Promise<Listing | undefined> {
    try {
      return await this.#listingOf(directory);
    } catch (error) {
      this.#takeShut(error);
      return undefined;
    }
  }

  async #listingOf(directory: string): Promise<Listing | undefined> {
    const { files } = this.#tools;
    const stampedAtMs = this.#tools.wallNow();
    const stamp = files.stampOf(directory);
    // Where something stands at this very name, it may stand beside what was meant.
    if (directory.includes(NOT_UTF_8)) this.#cut('a directory in it has a name that is not UTF-8');
    if (stamp === undefined) return undefined;
    const known = this.#known.listings.get(directory);
    if (known !== undefined && isCurrent(known, stamp)) return known;
    return await readListing(directory, { stamp, stampedAtMs, known }, files);
  }

  /** What an earlier look has found is asked for by name, before what this one has. */
  async #findAgain(): Promise<void> {
    const { gitPaths, repositories } = this.#known.found;
    this.#gitPaths.unshift(...(await this.#stillThere(gitPaths, this.#gitPaths)));
    this.#repositories.unshift(...(await this.#stillThere(repositories, this.#repositories)));
  }

  async #stillThere(paths: readonly string[], seen: readonly string[]): Promise<readonly string[]> {
    const all = new Set(seen);
    const { except } = this.#target;
    const found: string[] = [];
    for (const path of paths) {
      const isKnown = all.has(path) || isWithinAny(path, except);
      if (!isKnown && this.#isThere(path)) found.push(path);
      await this.#rest();
    }
    return found;
  }

  /** False as well where that cannot be told, but then what hides it is known. */
  #isThere(path: string): boolean {
    try {
      return this.#tools.files.exists(path);
    } catch (error) {
      this.#takeShut(error);
      return false;
    }
  }

  #takeShut(error: unknown): void {
    if (!(error instanceof ShutDirectory)) throw error;
    // What was asked for by itself, and this user cannot open, is left as it is.
    if (!error.isOwn && error.directory === this.#target.root)
      this.#cut('it is of somebody else, who lets nobody list it');
    else this.#shut.add(error.directory);
  }

  /** Lets others have the event loop, if it was kept long enough. */
  async #rest(): Promise<void> {
    this.#signal.throwIfAborted();
    if (!this.#slices.isOver) return;
    await this.#slices.next();
    this.#signal.throwIfAborted();
  }

  /** Takes down what a directory is, and returns where to go on. */
  #below(directory: string): Below {
    const listing = this.listings.get(directory);
    if (listing === undefined) return NOTHING_BELOW;
    const isGit = directory.endsWith('/.git');
    const isByItself = listing.isLinkedWorktree && !this.#belongsToFound(directory);
    if (isGit || listing.isRepository || isByItself) this.#repositories.push(directory);
    if (listing.hasGit) this.#gitPaths.push(childOf(directory, '.git'));
    const children = this.#childrenOf(directory, listing, isGit);
    // Submodules keep their repositories inside of that of the outermost one.
    if (listing.hasGit) children.push(childOf(directory, '.git'));
    return { children, mayBeEmpty: directory.endsWith('/objects') && this.#countsLinks(directory, listing) };
  }

  /** Whether a linked worktree is protected with its repository. */
  #belongsToFound(worktree: string): boolean {
    const holder = parentOf(worktree);
    const repository = parentOf(holder);
    const listing = holder.endsWith('/worktrees') ? this.listings.get(repository) : undefined;
    return listing !== undefined && (listing.isRepository || repository.endsWith('/.git'));
  }

  /** Without those that come last, and last of all what git keeps, so that it hides nothing else. */
  #childrenOf(directory: string, { directories, isRepository }: Listing, isGit: boolean): string[] {
    const children: string[] = [];
    for (const name of directories) {
      const child = childOf(directory, name);
      if (isLeftOut(child) || this.#target.except.has(child) || KERNEL_TREES.includes(child)) continue;
      const isKept = KEPT_BY_GIT.has(name);
      if (isGit && isKept) this.#keptByGit.push(child);
      // What only looks like a repository may hold one there.
      else (LAST_NAMES.has(name) || (isRepository && isKept) ? this.#last : children).push(child);
    }
    return children;
  }

  /** Whether the links of directories tell how many others they hold, as far as one of the objects of a repository shows it. */
  #countsLinks(objects: string, { stamp, directories }: Listing): boolean {
    const holder = this.listings.get(parentOf(objects));
    return holder?.isRepository === true && stamp.links === LINKS_OF_LEAF + directories.length;
  }

  /** Not the hundreds of directories of objects that hold nothing to be found, of which the kernel says so unread. */
  async #worthLooking({ children, mayBeEmpty }: Below): Promise<readonly string[]> {
    if (!mayBeEmpty) return children;
    const worth: string[] = [];
    for (const child of children) {
      await this.#rest();
      if (!OF_OBJECTS.test(child) || !this.#isLeaf(child)) worth.push(child);
    }
    return worth;
  }

  #isLeaf(directory: string): boolean {
    const { files } = this.#tools;
    try {
      if (files.stampOf(directory)?.links !== LINKS_OF_LEAF) return false;
      // The rest of a repository may be links.
      return !['.git', 'HEAD'].some((name) => files.exists(childOf(directory, name)));
    } catch {
      // What is shut is taken down by whoever lists it.
      return false;
    }
  }
}

/** Directories to go on in. */
interface Below {
  readonly children: readonly string[];
  /** Most of them hold no directory, and the kernel can tell of which that is so. */
  readonly mayBeEmpty: boolean;
}

const NOTHING_BELOW: Below = { children: [], mayBeEmpty: false };

/** What git calls the directories of objects; a repository of that name hardly anybody has, and no command can rename one that was found. */
const OF_OBJECTS = /\/[0-9a-f]{2}$/;

/** Of a directory that holds no other. */
const LINKS_OF_LEAF = 2;
