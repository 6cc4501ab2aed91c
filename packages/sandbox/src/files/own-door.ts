import type { FileFact, FileFacts } from './file-facts.js';
import { parentOf } from './paths.js';

/** A directory with what is known of it. */
export type Door = FileFact & { readonly path: string };

/**
 * The directory of this user that keeps it from looking at a path: whatever it starts could open that one. Undefined where somebody
 * else has shut what keeps it out, so that no command of this user gets there either.
 * @param path One at which a look fails. @param uid Of this user.
 */
export function ownDoor(path: string, files: Pick<FileFacts, 'look'>, uid: number): Door | undefined {
  const directory = parentOf(path);
  try {
    const seen = files.look(directory);
    return seen?.kind === 'directory' && seen.uid === uid ? { ...seen, path: directory } : undefined;
  } catch {
    return directory === '/' ? undefined : ownDoor(directory, files, uid);
  }
}
