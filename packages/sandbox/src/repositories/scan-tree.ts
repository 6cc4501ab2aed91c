import { childOf } from '../files/paths.js';
import { MAX_SCAN_MS, SCAN_SLICE_MS } from '../limits.js';
import { isCurrent, type Listing, listingOf } from './listing.js';
import type { ScanFiles } from './scan-files.js';

/** What is to be looked through. */
export interface ScanTarget {
  /** A canonical path. */
  readonly root: string;
  /** Directories below it that are left out, with all that they hold. */
  readonly except: ReadonlySet<string>;
  /** How many directories may be looked at. */
  readonly maxDirectories: number;
}

/** What was found. It depends on the directories alone, never on what was remembered of them. */
export interface ScannedTree {
  /** Paths that end in `.git`, whatever stands there. */
  readonly gitPaths: readonly string[];
  /** Directories that are what `.git` is elsewhere: those of submodules, and bare repositories. */
  readonly repositories: readonly string[];
  /** Why not everything was looked at; undefined where it was. */
  readonly unseen: string | undefined;
}

/** What a scan works with. */
export interface ScanTools {
  readonly files: ScanFiles;
  /** Milliseconds since 1970. */
  now(): number;
  /** Settles when the event loop has done what waits. */
  turn(): Promise<void>;
}

/** Listings by path. */
export type KnownListings = ReadonlyMap<string, Listing>;

/**
 * Looks for repositories below a directory, breadth first, without following links; what package managers unpack comes
 * last. It keeps the event loop for a moment at a time only.
 * @param known Of an earlier scan. One is used only where its directory has not changed since, so it saves reading and
 * changes no result.
 * @returns what was found, and the listings for the next scan.
 */
export async function scanTree(
  target: ScanTarget,
  known: KnownListings,
  tools: ScanTools,
): Promise<{ readonly tree: ScannedTree; readonly listings: KnownListings }> {
  const scan = new Scan(target, known, tools);
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

const KERNEL_TREES: ReadonlySet<string> = new Set(['/dev', '/proc', '/sys']);

class Scan {
  readonly listings = new Map<string, Listing>();
  readonly #target: ScanTarget;
  readonly #known: KnownListings;
  readonly #tools: ScanTools;
  readonly #gitPaths: string[] = [];
  readonly #repositories: string[] = [];
  readonly #deadlineMs: number;
  #sliceEndMs: number;
  #left: number;
  #last: string[] = [];
  #unseen: string | undefined;

  constructor(target: ScanTarget, known: KnownListings, tools: ScanTools) {
    this.#target = target;
    this.#known = known;
    this.#tools = tools;
    this.#left = target.maxDirectories;
    this.#deadlineMs = tools.now() + MAX_SCAN_MS;
    this.#sliceEndMs = tools.now() + SCAN_SLICE_MS;
  }

  get tree(): ScannedTree {
    return { gitPaths: this.#gitPaths, repositories: this.#repositories, unseen: this.#unseen };
  }

  async run(): Promise<void> {
    for (let level: readonly string[] = [this.#target.root]; level.length > 0; ) {
      await this.#listAll(level.slice(0, this.#left));
      if (this.#left < level.length)
        this.#unseen ??= `it has more than ${this.#target.maxDirectories} directories`;
      this.#left = Math.max(0, this.#left - level.length);
      const next = level.flatMap((directory) => this.#below(directory));
      level = next.length > 0 ? next : this.#last.splice(0);
    }
  }

  async #listAll(level: readonly string[]): Promise<void> {
    const stale: string[] = [];
    for (const directory of level) {
      const stamp = this.#tools.files.stampOf(directory);
      const known = this.#known.get(directory);
      if (stamp !== undefined && known !== undefined && isCurrent(known, stamp)) {
        this.listings.set(directory, known);
      } else {
        stale.push(directory);
      }
      if (!(await this.#mayGoOn())) return;
    }
    const queue = stale.values();
    const read = async (): Promise<void> => {
      for (const directory of queue) {
        await this.#read(directory);
        if (!(await this.#mayGoOn())) return;
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, read));
  }

  async #read(directory: string): Promise<void> {
    const stampedAtMs = this.#tools.now();
    const stamp = this.#tools.files.stampOf(directory);
    if (stamp !== undefined) {
      const entries = await this.#tools.files.list(directory);
      this.listings.set(directory, listingOf(stamp, stampedAtMs, entries));
    } else if (directory.includes(NOT_UTF_8)) {
      this.#unseen ??= 'a directory in it has a name that is not UTF-8';
    }
  }

  /** Lets others have the event loop, if it was kept long enough. @returns false when the scan has taken too long. */
  async #mayGoOn(): Promise<boolean> {
    if (this.#tools.now() < this.#sliceEndMs) return true;
    await this.#tools.turn();
    const now = this.#tools.now();
    this.#sliceEndMs = now + SCAN_SLICE_MS;
    if (now < this.#deadlineMs) return true;
    this.#unseen = `looking through it took more than ${MAX_SCAN_MS / 1000} s`;
    this.#left = 0;
    return false;
  }

  /** Takes down what a directory is, and returns where to go on. */
  #below(directory: string): readonly string[] {
    const listing = this.listings.get(directory);
    if (listing === undefined) return [];
    const isRepository = listing.isRepository || directory.endsWith('/.git');
    if (isRepository) this.#repositories.push(directory);
    if (listing.hasGit) this.#gitPaths.push(childOf(directory, '.git'));
    const children: string[] = [];
    for (const name of listing.directories) {
      const child = childOf(directory, name);
      if (this.#target.except.has(child) || KERNEL_TREES.has(child)) continue;
      if (isRepository && !NESTING_NAMES.has(name)) continue;
      (LAST_NAMES.has(name) ? this.#last : children).push(child);
    }
    // Submodules keep their repositories inside of that of the outermost one.
    if (listing.hasGit) children.push(childOf(directory, '.git'));
    return children;
  }
}

/** Where the directory of a repository holds those of others. */
const NESTING_NAMES: ReadonlySet<string> = new Set(['modules', 'worktrees']);

/** Stands in a name for bytes that are no text. */
const NOT_UTF_8 = '\ufffd';
