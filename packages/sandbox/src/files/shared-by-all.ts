import type { FileFact, FileFacts } from './file-facts.js';
import { isOpenToAll } from './hands.js';

/**
 * Whether it is a directory in which many users work, such as `/tmp`, whose configuration is nobody's. Of the directories of this user only
 * those count that systems have for it: a command can open any other one to all, and would have its configuration left alone by that.
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
