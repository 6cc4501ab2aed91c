import { lstat, readdir, unlink } from 'node:fs/promises';
import { PARTIAL_FILE_TTL_MS } from '@holdfast/exec-protocol';
import { errnoOf } from '../file-error.js';
import { joinPath, type NativePath, nameOf, parentOf } from '../native-path.js';
import { descend } from '../no-follow.js';
import type { LinkOptions } from '../open-file.js';
import { identityOf, type SoleWriters } from './sole-writers.js';

/** The half of a file that is begun or gone on with. */
export interface Part extends LinkOptions {
  readonly path: NativePath;
  /** Unix time in milliseconds by the clock of its file system: that of its directory's other files too. */
  modifiedAtMs(): Promise<number>;
}

/** Removes the halves of files that copies have left long ago from the directories in which others are begun. */
export class PartSweeper {
  readonly #sweptAtMs = new Map<string, number>();

  /** Looks at the names beside a part, unless that was done within the hour. What it may not remove stays. */
  async sweepBeside(part: Part, writers: SoleWriters): Promise<void> {
    const directory = parentOf(part.path);
    if (directory === undefined || !isPart(nameOf(part.path))) return;
    const key = directory.toString('latin1');
    const nowMs = await part.modifiedAtMs();
    const before = this.#sweptAtMs.get(key);
    if (before !== undefined && nowMs - before < SWEEP_EVERY_MS) return;
    if (this.#sweptAtMs.size >= REMEMBERED_DIRECTORIES) this.#sweptAtMs.clear();
    this.#sweptAtMs.set(key, nowMs);
    const sweepAt = (here: NativePath): Promise<void> => sweep(here, nowMs, writers);
    try {
      await (part.followSymlinks ? sweepAt(directory) : descend(joinPath(directory, ITSELF), sweepAt));
    } catch (error) {
      // A directory that takes files and shows none has nothing to tidy up, and nobody's file waits for it.
      if (errnoOf(error) === undefined) throw error;
    }
  }
}

const PART = /^\.holdfast-[0-9a-f-]+\.part$/;
const ITSELF = Buffer.from('.');
const SWEEP_EVERY_MS = 3_600_000;
const REMEMBERED_DIRECTORIES = 1_024;

function isPart(name: Buffer): boolean {
  return PART.test(name.toString('latin1'));
}

async function sweep(directory: NativePath, nowMs: number, writers: SoleWriters): Promise<void> {
  for (const name of (await readdir(directory, { encoding: 'buffer' })).filter(isPart)) {
    const path = joinPath(directory, name);
    const found = await lstat(path, { bigint: true }).catch(() => undefined);
    if (found === undefined || !(found.isFile() || found.isSymbolicLink())) continue;
    const isOld = nowMs - Number(found.mtimeMs) > PARTIAL_FILE_TTL_MS;
    if (isOld && !writers.has(identityOf(found))) await unlink(path).catch(() => undefined);
  }
}
