import { constants } from 'node:fs';
import { open, rm, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../clock.js';
import {
  isPrivateDirectory,
  makePrivateDirectory,
  removeStaleDirectories,
} from '../spawn/pipe/private-directory.js';
import { errorCode } from '../spawn/spawn-error.js';
import { BlockPool } from './block-pool.js';
import { SpillBudget, type SpillLimits } from './spill-budget.js';
import { SpillFile } from './spill-file.js';
import type { SpillHandle } from './spill-segment.js';
import type { Closable, SpillStore } from './spill-store.js';

/** Where the output goes that fits into no memory. */
export interface SpillDirectory {
  /** Bytes that lie in spill files or are on their way there. */
  readonly heldBytes: number;
  /** A new spill; it makes no file before something is written. `onRoom` follows a refused append. */
  open(onRoom: () => void): SpillFile;
  /** Closes all spills and removes the directory. */
  close(): Promise<void>;
}

/** How a spill directory is set up. */
export interface SpillOptions {
  readonly clock: Clock;
  /** Called once when writing or reading begins to fail, and again only after it has worked: output waits meanwhile. */
  readonly onFailure: (error: unknown) => void;
  /**
   * On a disk: the usual directory for temporary files may lie in memory, and sandboxes see it. Or what says where, each time
   * that a directory is made there.
   */
  readonly directory?: string | (() => string);
  readonly limits?: Partial<SpillLimits>;
  readonly segmentBytes?: number;
  /** Makes a file of this name and opens it; for tests of disks that fail. */
  readonly openFile?: (file: string) => Promise<SpillHandle>;
}

/** Prepares for spilling; touches the disk only to remove what crashed servers left, in the background. */
export function createSpillDirectory(options: SpillOptions): SpillDirectory {
  return new PrivateSpillDirectory(options);
}

const DEFAULT_DIRECTORY = '/var/tmp';
const DIRECTORY_PREFIX = 'holdfast-spill-';
/** The unit in which room is given back; each costs a descriptor while it is in use. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;

class PrivateSpillDirectory implements SpillDirectory, SpillStore {
  readonly clock: Clock;
  readonly budget: SpillBudget;
  readonly blocks = new BlockPool();
  readonly segmentBytes: number;
  readonly #parent: () => string;
  readonly #onFailure: (error: unknown) => void;
  readonly #openFile: (file: string) => Promise<SpillHandle>;
  readonly #files = new Set<Closable>();
  readonly #failing = new Set<object>();
  readonly #cleaned: Promise<void>;
  #directory: string | undefined;
  #ensuring: Promise<string> | undefined;
  #made = 0;

  constructor(options: SpillOptions) {
    this.clock = options.clock;
    this.budget = new SpillBudget(options.limits);
    this.segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    const { directory = DEFAULT_DIRECTORY } = options;
    this.#parent = typeof directory === 'string' ? () => directory : directory;
    this.#onFailure = options.onFailure;
    this.#openFile = options.openFile ?? openPrivateFile;
    this.#cleaned = removeStaleDirectories(this.#parent(), DIRECTORY_PREFIX);
  }

  get heldBytes(): number {
    return this.budget.heldBytes;
  }

  open(onRoom: () => void): SpillFile {
    const file = new SpillFile(this, onRoom);
    this.#files.add(file);
    return file;
  }

  async close(): Promise<void> {
    // A write that is on its way would make the directory again.
    await Promise.all([...this.#files].map((file) => file.close()));
    await this.#cleaned;
    await this.#ensuring?.catch(() => undefined);
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
  }

  async openSegment(): Promise<SpillHandle> {
    const file = path.join(await this.#ensureDirectory(), `s${++this.#made}`);
    const handle = await this.#openFile(file);
    try {
      await unlink(file);
      return handle;
    } catch (error) {
      // Whoever cleaned the directory away has taken the name with it.
      if (errorCode(error) === 'ENOENT') return handle;
      await handle.close();
      throw error;
    }
  }

  failed(file: object, error: unknown): void {
    const isFirst = this.#failing.size === 0;
    this.#failing.add(file);
    if (isFirst) this.#onFailure(error);
  }

  closed(file: Closable): void {
    this.#files.delete(file);
  }

  worked(file: object): void {
    this.#failing.delete(file);
  }

  #ensureDirectory(): Promise<string> {
    this.#ensuring ??= this.#makeIfMissing().finally(() => {
      this.#ensuring = undefined;
    });
    return this.#ensuring;
  }

  async #makeIfMissing(): Promise<string> {
    const current = this.#directory;
    // A cleaner of temporary files may have taken it away.
    if (current !== undefined && (await isPrivateDirectory(current))) return current;
    this.#directory = await makePrivateDirectory(this.#parent(), DIRECTORY_PREFIX);
    return this.#directory;
  }
}

function openPrivateFile(file: string): Promise<SpillHandle> {
  return open(file, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600);
}
