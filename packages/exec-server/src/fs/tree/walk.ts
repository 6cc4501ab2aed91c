import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import {
  ExecError,
  MAX_WALK_DEPTH,
  MAX_WALK_DIRECTORIES,
  MAX_WALK_ENTRIES,
  type PathUri,
} from '@holdfast/exec-protocol';
import { about, toFileError } from '../file-error.js';
import { joinPath, type NativePath, toPathUri } from '../native-path.js';
import type { FirstEntries } from './first-entries.js';
import { ListingRoom } from './listing-room.js';
import { firstEntriesIn } from './names.js';
import { identityOf, Standpoint } from './standpoint.js';

/** How far a walk goes. */
export interface WalkOptions {
  readonly maxDepth: number;
  readonly maxDirectories: number;
  readonly maxEntries: number;
  readonly followDirectorySymlinks: boolean;
  /** Hidden directories are listed and not entered. */
  readonly pruneHiddenDirectories: boolean;
}

/** Something that a walk came by. */
interface WalkedPath {
  readonly path: NativePath;
  readonly uri: PathUri;
}

/** What a walk found, level by level, each directory sorted by name. */
export interface WalkResult {
  readonly entries: readonly (WalkedPath & { readonly kind: 'file' | 'directory' })[];
  /** Directories that could not be read. */
  readonly errors: readonly (WalkedPath & { readonly message: string })[];
  /** A limit ended the walk. */
  readonly truncated: boolean;
}

/**
 * Lists what lies below a directory. Links are left out, but for those to directories where they are followed; no
 * directory is entered twice. What is no directory has nothing below it.
 * @throws ExecError for limits out of range or a root that cannot be read.
 */
export async function walk(
  root: NativePath,
  options: WalkOptions,
  room = new ListingRoom(),
): Promise<WalkResult> {
  checkLimits(options);
  const [own] = await about(root, () => Promise.all([lstat(root, { bigint: true }), stat(root)]));
  const start = await directoryBehind(root, own, options.followDirectorySymlinks);
  const walker = new Walker(options, room);
  if (start !== undefined) await walker.enter({ path: root, depth: 0, id: identityOf(start) });
  return walker.result;
}

interface Directory {
  readonly path: NativePath;
  readonly depth: number;
  readonly id: string;
}

class Walker {
  readonly #options: WalkOptions;
  readonly #room: ListingRoom;
  readonly #entries: WalkResult['entries'][number][] = [];
  readonly #errors: WalkResult['errors'][number][] = [];
  readonly #entered = new Set<string>();
  #waiting: Directory[] = [];
  #isTruncated = false;

  constructor(options: WalkOptions, room: ListingRoom) {
    this.#options = options;
    this.#room = room;
  }

  get result(): WalkResult {
    return { entries: this.#entries, errors: this.#errors, truncated: this.#isTruncated };
  }

  async enter(root: Directory): Promise<void> {
    this.#waiting = [root];
    for (let at = 0; at < this.#waiting.length && !this.#isTruncated; at += 1) {
      const directory = this.#waiting[at];
      if (directory === undefined || this.#entered.has(directory.id)) continue;
      if (this.#entered.size >= this.#options.maxDirectories) this.#isTruncated = true;
      else await this.#list(directory);
    }
  }

  async #list(directory: Directory): Promise<void> {
    this.#entered.add(directory.id);
    let place: Standpoint | undefined;
    try {
      place = await Standpoint.in(directory.path, { followSymlinks: true });
      // Somebody may have put a link there meanwhile.
      if (place.identity !== directory.id) throw Object.assign(new Error('it has gone'), { code: 'ENOENT' });
      const { entries, isCut } = await this.#firstIn(place.itself.at);
      await this.#takeAll(directory, place, entries);
      if (isCut) this.#isTruncated = true;
    } catch (error) {
      this.#fail(directory.path, error);
    } finally {
      await place?.close();
    }
  }

  /** No more than can be answered. Where links are followed, nobody knows yet which of them are. */
  #firstIn(directory: NativePath): Promise<FirstEntries<Dirent<Buffer>>> {
    const { followDirectorySymlinks, maxEntries } = this.#options;
    if (followDirectorySymlinks) return firstEntriesIn(directory, MAX_WALK_ENTRIES, isOrLeadsToWalked);
    return firstEntriesIn(directory, maxEntries - this.#entries.length, isWalked);
  }

  async #takeAll(directory: Directory, place: Standpoint, entries: readonly Dirent<Buffer>[]): Promise<void> {
    for (const entry of entries) {
      if (this.#entries.length >= this.#options.maxEntries) {
        this.#isTruncated = true;
        return;
      }
      if (this.#entries.length % ENTRIES_A_TURN === 0) await turn();
      await this.#take(directory, place, entry);
      if (this.#isTruncated) return;
    }
  }

  async #take({ depth }: Directory, place: Standpoint, entry: Dirent<Buffer>): Promise<void> {
    const path = joinPath(place.itself.path, entry.name);
    if (entry.isFile()) this.#add(path, 'file');
    if (!entry.isDirectory() && !entry.isSymbolicLink()) return;
    const at = joinPath(place.itself.at, entry.name);
    // What went away meanwhile is not there any more.
    const own = await lstat(at, { bigint: true }).catch(() => undefined);
    if (own === undefined) return;
    const found = await directoryBehind(at, own, this.#options.followDirectorySymlinks);
    if (found === undefined) return;
    this.#add(path, 'directory');
    const isPruned = this.#options.pruneHiddenDirectories && entry.name[0] === DOT;
    if (depth < this.#options.maxDepth && !isPruned) {
      this.#waiting.push({ path, depth: depth + 1, id: identityOf(found) });
    }
  }

  #add(path: NativePath, kind: 'file' | 'directory'): void {
    const uri = toPathUri(path);
    if (this.#room.take(uri)) this.#entries.push({ path, uri, kind });
    else this.#isTruncated = true;
  }

  #fail(path: NativePath, error: unknown): void {
    const uri = toPathUri(path);
    const told = toFileError(error, path);
    const message = told instanceof Error ? told.message : String(told);
    if (this.#room.take(uri, writtenBytes(message))) this.#errors.push({ path, uri, message });
    else this.#isTruncated = true;
  }
}

/** A message may be nothing but what JSON escapes. */
function writtenBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

function isWalked(entry: Dirent<Buffer>): boolean {
  return entry.isFile() || entry.isDirectory();
}

function isOrLeadsToWalked(entry: Dirent<Buffer>): boolean {
  return isWalked(entry) || entry.isSymbolicLink();
}

/** A large directory holds nobody up for longer than these take. */
const ENTRIES_A_TURN = 512;

const DOT = 0x2e;

async function directoryBehind(
  at: NativePath,
  own: BigIntStats,
  follow: boolean,
): Promise<BigIntStats | undefined> {
  if (own.isDirectory()) return own;
  if (!own.isSymbolicLink() || !follow) return undefined;
  const target = await stat(at, { bigint: true }).catch(() => undefined);
  return target?.isDirectory() === true ? target : undefined;
}

function checkLimits({ maxDepth, maxDirectories, maxEntries }: WalkOptions): void {
  if (maxDirectories === 0 || maxEntries === 0) {
    throw new ExecError(
      'invalidFileRequest',
      'fs/walk: maxDirectories and maxEntries must be greater than zero',
    );
  }
  const isWithinLimits =
    maxDepth <= MAX_WALK_DEPTH && maxDirectories <= MAX_WALK_DIRECTORIES && maxEntries <= MAX_WALK_ENTRIES;
  if (isWithinLimits) return;
  throw new ExecError(
    'invalidFileRequest',
    `fs/walk: the limits are at most depth=${MAX_WALK_DEPTH}, directories=${MAX_WALK_DIRECTORIES}, entries=${MAX_WALK_ENTRIES}`,
  );
}
