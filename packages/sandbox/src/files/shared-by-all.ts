import type { FileFact, FileFacts } from './file-facts.js';
import { isOpenToAll } from './hands.js';

/**
 * Whether it is a directory in which many users work, such as `/tmp`: nobody looks for configuration there. One of this user is one only in the
 * places where systems have them: any other could have been opened to all by a command, to have its configuration left alone.
 * @param path Canonical.
 */
export function isSharedByAll(path: string, found: FileFact, files: Pick<FileFacts, 'isOwn'>): boolean {
  return isOpenToAll(found) && (PLACES.has(path) || files.isOwn?.(found) !== true);
}

const PLACES: ReadonlySet<string> = new Set([
  '/tmp',
  '/var/tmp',
  '/dev/shm',
  '/private/tmp',
  '/private/var/tmp',
]);
