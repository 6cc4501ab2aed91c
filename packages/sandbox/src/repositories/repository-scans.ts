import { setImmediate } from 'node:timers/promises';
import { isWithinAny } from '../files/paths.js';
import { SharedLooks } from '../files/shared-looks.js';
import { MAX_KNOWN_REPOSITORIES, MAX_REMEMBERED_SCANS, MAX_SCAN_MS } from '../limits.js';
import type { Listing } from './listing.js';
import { realScanFiles } from './scan-files.js';
import { ScanTime } from './scan-time.js';
import {
  type KnownListings,
  type Remembered,
  type ScanBounds,
  type ScannedTree,
  type ScanTarget,
  type ScanTools,
  scanTree,
} from './scan-tree.js';

/** For how long somebody waits for what is below one root. */
export interface FindOptions {
  /** Of all roots that he asks about; default that of one alone. */
  readonly time?: ScanTime;
  /** He wants no answer any more. */
  readonly signal?: AbortSignal;
}

/** Whoever finds the repositories below a directory. */
export interface RepositoryFinder {
  /**
   * What is there now: every answer comes from a look that began after the question.
   * @throws only the reason of the signal.
   */
  find(target: ScanTarget, options?: FindOptions): Promise<ScannedTree>;
}

/** How this machine is looked through. */
export const REAL_TOOLS: ScanTools = {
  files: realScanFiles,
  now: () => Date.now(),
  turn: () => setImmediate(),
};

/**
 * Finds repositories, and remembers what directories hold, so that another look costs one question to the kernel for each
 * directory. What is remembered of a directory is forgotten when it has changed. Where repositories were, it asks again.
 */
export class RepositoryScans implements RepositoryFinder {
  readonly #tools: ScanTools;
  /** By target, the one that was used last at the end. */
  readonly #known = new Map<string, KnownListings>();
  /** By root, whatever was left out below it; the one that was used last at the end. */
  readonly #found = new Map<string, Remembered['found']>();
  readonly #looks = new SharedLooks<TimedTree>();
  /** By target, for how long the look may take that has not begun. */
  readonly #limits = new Map<string, number>();

  constructor(tools: ScanTools = REAL_TOOLS) {
    this.#tools = tools;
  }

  async find(
    target: ScanTarget,
    { time = new ScanTime(1), signal = NEVER }: FindOptions = {},
  ): Promise<ScannedTree> {
    const key = JSON.stringify([target.root, ...[...target.except].sort()]);
    // Of all who share it, the one who has most time decides.
    this.#limits.set(key, Math.max(time.shareMs, this.#limits.get(key) ?? 0));
    const look = (unwanted: AbortSignal): Promise<TimedTree> => {
      const limitMs = this.#limits.get(key) ?? MAX_SCAN_MS;
      this.#limits.delete(key);
      return this.#scan(key, target, { limitMs, signal: unwanted });
    };
    try {
      const { tree, tookMs } = await this.#looks.ask(key, look, signal);
      time.spend(tookMs);
      return tree;
    } catch (error) {
      // It may never begin.
      this.#limits.delete(key);
      throw error;
    }
  }

  async #scan(key: string, target: ScanTarget, bounds: ScanBounds): Promise<TimedTree> {
    const { root, except } = target;
    const found = this.#found.get(root) ?? NOTHING_FOUND;
    const known = { listings: this.#known.get(key) ?? new Map<string, Listing>(), found };
    const beganAtMs = this.#tools.now();
    const { tree, listings } = await scanTree(target, known, this.#tools, bounds);
    keepLatest(this.#known, key, listings);
    const before = this.#found.get(root) ?? NOTHING_FOUND;
    const notLookedAt = new Set([...except, ...tree.shut]);
    keepLatest(this.#found, root, {
      gitPaths: knownOf(before.gitPaths, tree.gitPaths, notLookedAt),
      repositories: knownOf(before.repositories, tree.repositories, notLookedAt),
    });
    return { tree, tookMs: this.#tools.now() - beganAtMs };
  }
}

const NEVER = new AbortController().signal;

interface TimedTree {
  readonly tree: ScannedTree;
  readonly tookMs: number;
}

const NOTHING_FOUND: Remembered['found'] = { gitPaths: [], repositories: [] };

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
