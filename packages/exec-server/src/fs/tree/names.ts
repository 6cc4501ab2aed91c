import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import type { NativePath } from '../native-path.js';
import { EntriesByName, type FirstEntries } from './first-entries.js';

/** The entries of a directory in no order, read some at a time: it may hold millions, which nobody should wait for. */
export async function* entriesIn(directory: NativePath): AsyncIterable<Dirent<Buffer>> {
  // The types of Node do not know that a directory can be read in bytes, too.
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: NAMES_AT_ONCE };
  for await (const entry of await opendir(directory, options)) yield entry as unknown as Dirent<Buffer>;
}

/** The first of those entries of a directory that are wanted. */
export async function firstEntriesIn(
  directory: NativePath,
  limit: number,
  isWanted: (entry: Dirent<Buffer>) => boolean = () => true,
): Promise<FirstEntries<Dirent<Buffer>>> {
  const kept = new EntriesByName<Dirent<Buffer>>(limit);
  for await (const entry of entriesIn(directory)) {
    if (isWanted(entry)) kept.add(entry);
  }
  return kept.first();
}

const NAMES_AT_ONCE = 512;
