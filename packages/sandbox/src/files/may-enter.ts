import type { FileFact, FileFacts } from './file-facts.js';
import { childOf } from './paths.js';

/**
 * Whether this user gets into a directory that can be looked at. What cannot be looked at in it all the same is a file system that somebody
 * has mounted for nobody else.
 */
export function mayEnter(directory: string, files: Pick<FileFacts, 'look'>): boolean {
  return seenAt(childOf(directory, '.'), files) !== 'keptOut';
}

/** What stands at a path, whatever keeps this user from it. */
export function seenAt(path: string, files: Pick<FileFacts, 'look'>): FileFact | 'keptOut' | undefined {
  try {
    return files.look(path);
  } catch {
    return 'keptOut';
  }
}
