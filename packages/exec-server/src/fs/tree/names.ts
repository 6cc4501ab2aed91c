import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import type { NativePath } from '../native-path.js';

/** The entries of a directory in no order, read some at a time: it may hold millions, which nobody should wait for. */
export async function* entriesIn(directory: NativePath): AsyncIterable<Dirent<Buffer>> {
  // The types of Node do not know that a directory can be read in bytes, too.
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: NAMES_AT_ONCE };
  for await (const entry of await opendir(directory, options)) yield entry as unknown as Dirent<Buffer>;
}

/** The first entries of a directory. */
export interface FirstEntries {
  /** Sorted by the bytes of their names. */
  readonly entries: readonly Dirent<Buffer>[];
  /** Whether there are more. */
  readonly isCut: boolean;
}

/** The first of those entries of a directory that are wanted. No more than twice as many are held, however many there are. */
export async function firstEntriesIn(
  directory: NativePath,
  limit: number,
  isWanted: (entry: Dirent<Buffer>) => boolean = () => true,
): Promise<FirstEntries> {
  let entries: Dirent<Buffer>[] = [];
  let isCut = false;
  const cut = (): void => {
    entries.sort((one, other) => one.name.compare(other.name));
    isCut ||= entries.length > limit;
    entries = entries.slice(0, limit);
  };
  for await (const entry of entriesIn(directory)) {
    if (!isWanted(entry)) continue;
    entries.push(entry);
    if (entries.length > 2 * limit) cut();
  }
  cut();
  return { entries, isCut };
}

const NAMES_AT_ONCE = 512;
