import { FairTurns } from '../files/fair-turns.js';
import { isWithinAny } from '../files/paths.js';
import { SharedLooks } from '../files/shared-looks.js';
import { MAX_KNOWN_REPOSITORIES, MAX_REMEMBERED_SCANS } from '../limits.js';
import { NEVER_ABORTED } from '../until-aborted.js';
import { KnownRepositories } from './known-repositories.js';
import type { Listing } from './listing.js';
import { realScanFiles } from './scan-files.js';
import {
  type KnownListings,
  type ScannedTree,
  type ScanTarget,
  type ScanTools,
  scanTree,
} from './scan-tree.js';

/** Whoever finds the repositories below a directory. */
export interface RepositoryFinder {
  /**
   * What is there now: every answer comes from a look that began after the question.
   * @param signal Ends the wait, and the look if nobody else waits for it; default none. @throws only its reason.
   */
  find(target: ScanTarget, signal?: AbortSignal): Promise<ScannedTree>;
  /**
   * Whether the last look below a target has found a directory where one at that time had found it, or one made in its place since; false where
   * nobody knows. Left out where nothing is remembered. @param sinceMs Milliseconds since 1970.
   */
  stoodThere?(target: ScanTarget, directory: string, sinceMs: number): boolean;
}

const turns = new FairTurns();

/** How this machine is looked through. */
export const REAL_TOOLS: ScanTools = {
  files: realScanFiles,
  now: () => performance.now(),
  wallNow: () => Date.now(),
  turn: (had) => turns.next(had),
};

/**
 * Finds repositories, and remembers what directories hold, so that another look costs one question to the kernel for each
 * directory. What is remembered of a directory is forgotten when it has changed. Where repositories were, it asks again.
 */
export class RepositoryScans implements RepositoryFinder {
  readonly #tools: ScanTools;
  /** By target, the one that was used last at the end. */
  readonly #known = new Map<string, KnownListings>();
  readonly #found = new KnownRepositories();
  readonly #looks = new SharedLooks<ScannedTree>();

  constructor(tools: ScanTools = REAL_TOOLS) {
    this.#tools = tools;
  }

  find(target: ScanTarget, signal: AbortSignal = NEVER_ABORTED): Promise<ScannedTree> {
    const key = keyOf(target);
    return this.#looks.ask(key, (unwanted) => this.#scan(key, target, unwanted), signal);
  }

  stoodThere(target: ScanTarget, directory: string, sinceMs: number): boolean {
    const listing = this.#known.get(keyOf(target))?.get(directory);
    return listing !== undefined && listing.hereSinceMs <= sinceMs;
  }

  async #scan(key: string, target: ScanTarget, signal: AbortSignal): Promise<ScannedTree> {
    const { root, except } = target;
    const known = {
      listings: this.#known.get(key) ?? new Map<string, Listing>(),
      found: this.#found.below(root),
    };
    const { tree, listings } = await scanTree(target, known, this.#tools, signal);
    keepLatest(this.#known, key, listings);
    const before = this.#found.below(root);
    const notLookedAt = new Set([...except, ...tree.shut]);
    this.#found.keep(root, {
      gitPaths: knownOf(before.gitPaths, tree.gitPaths, notLookedAt),
      repositories: knownOf(before.repositories, tree.repositories, notLookedAt),
    });
    return tree;
  }
}

function keyOf({ root, except }: ScanTarget): string {
  return JSON.stringify([root, ...[...except].sort()]);
}

/** Those that were known stay first, but for what has gone: what was made to be found instead of them comes behind. */
function knownOf(
  before: readonly string[],
  now: readonly string[],
  notLookedAt: ReadonlySet<string>,
): readonly string[] {
  const found = new Set(now);
  const kept = before.filter((path) => found.has(path) || isWithinAny(path, notLookedAt));
  return [...new Set([...kept, ...now])].slice(0, MAX_KNOWN_REPOSITORIES);
}

function keepLatest<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED_SCANS && oldest !== undefined) map.delete(oldest);
}
