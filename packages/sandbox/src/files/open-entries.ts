import { closeSync, type Dir, lstatSync, type OpenDirOptions, opendirSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { pathOfDescriptor } from './descriptors.js';
import { directDirectory, openDirectory } from './direct-path.js';
import { childOf } from './paths.js';

/**
 * Opens a directory for whoever reads its entries and looks at them, without following a link on the way. One that can be listed but not entered is refused
 * like one that cannot be listed: a look at its entries tells nothing.
 * @throws Error of the system, EACCES for either.
 */
export async function openEntries(directory: string, options?: OpenDirOptions): Promise<Dir> {
  // It is opened by a thread, and so by what is held until then.
  const fd = openDirectory(directory);
  try {
    return await opendir(entered(pathOfDescriptor(fd)), options);
  } finally {
    closeSync(fd);
  }
}

/** The same at once, for a few entries. */
export function openFewEntries(directory: string, options?: OpenDirOptions): Dir {
  return opendirSync(entered(directDirectory(directory)), options);
}

function entered(way: string): string {
  lstatSync(childOf(way, '.'));
  return way;
}
