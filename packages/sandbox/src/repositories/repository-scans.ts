import { setImmediate } from 'node:timers/promises';
import { MAX_REMEMBERED_SCANS } from '../limits.js';
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
  /** What is there now: every answer comes from a look that began after the question. Never fails. */
  find(target: ScanTarget): Promise<ScannedTree>;
}

const REAL_TOOLS: ScanTools = {
  files: realScanFiles,
  now: () => Date.now(),
  turn: () => setImmediate(),
};

/**
 * Finds repositories, and remembers what directories hold, so that another look costs one question to the kernel for each
 * directory. What is remembered of a directory is forgotten when it has changed.
 */
export class RepositoryScans implements RepositoryFinder {
  readonly #tools: ScanTools;
  /** By target, the one that was used last at the end. */
  readonly #known = new Map<string, KnownListings>();
  readonly #running = new Map<string, RunningScan>();

  constructor(tools: ScanTools = REAL_TOOLS) {
    this.#tools = tools;
  }

  find(target: ScanTarget): Promise<ScannedTree> {
    const key = JSON.stringify([target.root, ...[...target.except].sort()]);
    const running = this.#running.get(key);
    if (running === undefined) return this.#start(key, target);
    // The one that runs may have passed already what has changed since. All who come meanwhile share the next one.
    running.next ??= running.ended.then(() => this.#start(key, target));
    return running.next;
  }

  #start(key: string, target: ScanTarget): Promise<ScannedTree> {
    const scanned = this.#scan(key, target);
    const ended = scanned.then(
      () => undefined,
      () => undefined,
    );
    const running: RunningScan = { ended, next: undefined };
    this.#running.set(key, running);
    void ended.then(() => {
      if (running.next === undefined) this.#running.delete(key);
    });
    return scanned;
  }

  async #scan(key: string, target: ScanTarget): Promise<ScannedTree> {
    const { tree, listings } = await scanTree(target, this.#known.get(key) ?? new Map(), this.#tools);
    this.#known.delete(key);
    this.#known.set(key, listings);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED_SCANS && oldest !== undefined) this.#known.delete(oldest);
    return tree;
  }
}

interface RunningScan {
  readonly ended: Promise<void>;
  next: Promise<ScannedTree> | undefined;
}
