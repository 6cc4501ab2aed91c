import { randomUUID } from 'node:crypto';
import { closeSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { errorCode } from '../files/error-code.js';
import { makeOwnDirectory, writeOwnFile } from '../files/own-files.js';
import { childOf, parentOf } from '../files/paths.js';
import type { FileIdentity } from '../files/resolve-path.js';
import { MAX_HELD_DIRECTORIES } from '../limits.js';
import type { Placeholder } from '../linux/plan-mounts.js';
import { NEVER_ABORTED, untilAborted } from '../until-aborted.js';
import { secureOwnFolder, spillFolder, uidOutside } from './own-folder.js';
import {
  enter,
  type Holders,
  haveLeft,
  heldByOthers,
  leave,
  leaveForTheDead,
} from './placeholders/holders.js';
import {
  holdDirectoryOf,
  makePlaceholders,
  type PlaceholdersOfDirectory,
  removeFile,
} from './placeholders/placeholder-file.js';
import { PlaceholderLooks } from './placeholders/placeholder-looks.js';
import { isRunning, ownMark } from './placeholders/process-mark.js';
import { folderNameOf } from './placeholders/record.js';

/** Records that are remembered as told; somebody who writes them could write more without end. */
const MAX_TOLD = 256;

/** Placeholders that one launch holds. */
export interface HeldPlaceholders {
  /** What stands at each of their paths. */
  readonly made: ReadonlyMap<string, FileIdentity>;
  /** Removes those that nobody else holds; may be called twice. */
  release(): void;
}

/**
 * Where the records of a user go. It does not depend on the environment: a command that is confined under one environment could
 * otherwise write the records that are believed under another.
 */
export function placeholderFolder(uid: number): string {
  return uidOutside(uid) === 0 ? '/run/holdfast' : spillFolder(uid);
}

/**
 * Makes what stands at missing paths while sandboxes run, and removes it again. A record on disk says who holds what:
 * one sandbox never removes what another one has mounted over, and the next start removes what a killed one left. What a
 * start costs does not depend on how many sandboxes there are elsewhere.
 */
export class PlaceholderStore {
  readonly #folder: string;
  readonly #tell: (problem: string) => void;
  readonly #mark: () => string;
  readonly #told = new Set<string>();
  readonly #looks = new PlaceholderLooks();
  #knownName: string | undefined;
  /** What launches of this store hold, by the folder of its directory and the text of the group. */
  readonly #held = new Map<string, Map<string, HeldGroup>>();
  #made = 0;
  /** Directories that are held open. */
  #open = 0;
  #hasSwept = false;

  /**
   * @param folder A directory for the records. No sandbox may see it.
   * @param tell Is told of each record that is not believed.
   * @param mark Names this process for good; default by its number and start.
   */
  constructor(folder: string, tell: (problem: string) => void, mark: () => string = ownMark) {
    this.#folder = folder;
    this.#tell = tell;
    this.#mark = mark;
  }

  /**
   * Where the records are. It is made if it is missing, for it may have been cleaned away: what is not there cannot be
   * hidden from a sandbox, which could then make it and write records of its own.
   * @throws ExecError `sandboxUnsupported` when it cannot be made, or somebody else could have put something there.
   */
  secureFolder(): string {
    try {
      if (secureOwnFolder(this.#folder)) return this.#folder;
    } catch (error) {
      throw this.#explained(error);
    }
    throw this.#explained(new Error('this user may not make it'));
  }

  /**
   * Makes the placeholders of one launch. The first time it removes those of processes that have died. Where another process
   * is about to remove what is needed, it waits for that.
   * @param signal Ends the wait.
   * @throws ExecError `sandboxUnsupported` when one cannot be made; the reason of the signal. Then none of them is left.
   */
  async hold(
    placeholders: readonly Placeholder[],
    signal: AbortSignal = NEVER_ABORTED,
  ): Promise<HeldPlaceholders> {
    this.secureFolder();
    const held: HeldGroup[] = [];
    const made = new Map<string, FileIdentity>();
    const release = (): void => {
      for (const group of held.splice(0).reverse()) this.#leave(group);
    };
    try {
      for (const group of groupsOf(placeholders)) {
        const entered = this.#enter(group);
        held.push(entered);
        if (entered.mayBeMade !== undefined) await untilAborted(entered.mayBeMade, signal);
        this.#holdDirectory(entered);
        entered.mayStand = true;
        for (const [path, identity] of makePlaceholders(group)) made.set(path, identity);
      }
      this.#sweep();
    } catch (error) {
      try {
        release();
        this.#sayGone();
      } catch {
        // What has failed first is told.
      }
      throw signal.aborted ? error : this.#explained(error);
    }
    return { made, release };
  }

  /** The paths of what is in a directory for sandboxes alone. What has content by now is not, whatever any record says. */
  placeholdersIn(directory: string): ReadonlySet<string> {
    const name = folderOf(directory);
    if (name === undefined) return NOTHING;
    const own = [...(this.#held.get(name)?.values() ?? [])].flatMap(({ placeholders }) => placeholders);
    const others = heldByOthers(this.#holders(name), this.#name);
    // Whoever listed them may have known the directory by another name.
    const here = [...own, ...others].map((placeholder) => ({
      ...placeholder,
      path: childOf(directory, path.basename(placeholder.path)),
    }));
    // Many sandboxes list the same.
    const each = new Map(here.map((placeholder) => [JSON.stringify(placeholder), placeholder]));
    const believed = [...each.values()].filter((placeholder) => !this.#looks.isReplaced(placeholder));
    return new Set(believed.map((placeholder) => placeholder.path));
  }

  #enter(placeholders: PlaceholdersOfDirectory): HeldGroup {
    const folder = folderNameOf(placeholders[0].directory);
    const key = JSON.stringify(placeholders);
    const known = this.#held.get(folder)?.get(key);
    if (known !== undefined) {
      known.launches += 1;
      return known;
    }
    if (this.#held.size === 0) this.#sayPresent();
    this.#made += 1;
    const holder = `${this.#name}-${this.#made}`;
    const holders = this.#holders(folder);
    const leavers = enter(holders, holder, placeholders);
    const unwanted = new AbortController();
    const mayBeMade = leavers.length === 0 ? undefined : haveLeft(holders, leavers, unwanted.signal);
    const group: HeldGroup = {
      ...{ folder, key, holder, placeholders, mayBeMade, unwanted },
      ...{ launches: 1, mayStand: false, held: undefined },
    };
    const groups = this.#held.get(folder) ?? new Map<string, HeldGroup>();
    this.#held.set(folder, groups.set(key, group));
    return group;
  }

  #holdDirectory(group: HeldGroup): void {
    if (group.held !== undefined || this.#open >= MAX_HELD_DIRECTORIES) return;
    group.held = holdDirectoryOf(group.placeholders[0]);
    if (group.held !== undefined) this.#open += 1;
  }

  #leave(group: HeldGroup): void {
    group.launches -= 1;
    if (group.launches > 0) return;
    const { folder, key, holder, placeholders, mayStand, held } = group;
    group.unwanted.abort();
    const groups = this.#held.get(folder);
    groups?.delete(key);
    if (groups?.size === 0) this.#held.delete(folder);
    try {
      leave({ ...this.#holders(folder), held }, holder, mayStand ? placeholders : []);
    } finally {
      if (held !== undefined) {
        closeSync(held);
        this.#open -= 1;
      }
    }
    this.#sayGone();
  }

  /** Begins the names of all holders of this store. */
  get #name(): string {
    try {
      this.#knownName ??= `${this.#mark()}-${randomUUID()}`;
      return this.#knownName;
    } catch (error) {
      throw new ExecError(
        'sandboxUnsupported',
        `sandbox: this program cannot tell its own process from others (${errorCode(error) ?? String(error)}); see that /proc is there and that it has file descriptors left`,
        { cause: error },
      );
    }
  }

  /** Tells those who come later that there are records to look for, should this process not come to remove them. */
  #sayPresent(): void {
    for (const folder of [this.#presences, this.#directories]) makeOwnDirectory(folder);
    writeOwnFile(path.join(this.#presences, this.#name), '');
  }

  #sayGone(): void {
    if (this.#held.size === 0) removeFile(path.join(this.#presences, this.#name));
  }

  #sweep(): void {
    if (this.#hasSwept || this.#held.size === 0) return;
    this.#hasSwept = true;
    const present = readdirSync(this.#presences, { withFileTypes: true }).filter((entry) => entry.isFile());
    const dead = present.map(({ name }) => name).filter((name) => !isRunning(name));
    if (dead.length === 0) return;
    for (const name of readdirSync(this.#directories)) {
      leaveForTheDead(this.#holders(name), this.#name);
    }
    for (const name of dead) removeFile(path.join(this.#presences, name));
  }

  get #presences(): string {
    return path.join(this.#folder, 'processes');
  }

  get #directories(): string {
    return path.join(this.#folder, 'directories');
  }

  /** Those who hold placeholders in a directory. @param name Of its folder. */
  #holders(name: string): Holders {
    return { folder: path.join(this.#directories, name), onForged: (file) => this.#tellForged(file) };
  }

  #tellForged(file: string): void {
    if (this.#told.has(file)) return;
    if (this.#told.size >= MAX_TOLD) this.#told.clear();
    this.#told.add(file);
    this.#tell(
      `the record ${file} was written by somebody else, or not to its end; what it names is left alone`,
    );
  }

  #explained(error: unknown): ExecError {
    if (error instanceof ExecError) return error;
    return new ExecError(
      'sandboxUnsupported',
      `sandbox: the records in ${this.#folder} cannot be kept (${errorCode(error) ?? String(error)}); see that this user can write there`,
      { cause: error },
    );
  }
}

const NOTHING: ReadonlySet<string> = new Set();

interface HeldGroup {
  /** The name of the folder of its directory. */
  readonly folder: string;
  /** Its text. */
  readonly key: string;
  readonly holder: string;
  readonly placeholders: PlaceholdersOfDirectory;
  /** What has to be waited for before they are; undefined for nothing. */
  readonly mayBeMade: Promise<void> | undefined;
  /** Fires when no launch holds them any more. */
  readonly unwanted: AbortController;
  launches: number;
  /** Whether any of them was about to be made. */
  mayStand: boolean;
  /** Its directory. */
  held: number | undefined;
}

/** The name of the folder of a directory; undefined where there is none. */
function folderOf(directory: string): string | undefined {
  try {
    const found = lstatSync(directory, { throwIfNoEntry: false });
    return found && folderNameOf({ device: found.dev, inode: found.ino });
  } catch {
    // What cannot be looked at has no placeholders that could be.
    return undefined;
  }
}

/** By the directory that they are in. */
function groupsOf(placeholders: readonly Placeholder[]): Iterable<PlaceholdersOfDirectory> {
  const groups = new Map<string, [Placeholder, ...Placeholder[]]>();
  for (const placeholder of placeholders) {
    const directory = parentOf(placeholder.path);
    const group = groups.get(directory);
    if (group === undefined) groups.set(directory, [placeholder]);
    else group.push(placeholder);
  }
  return groups.values();
}
