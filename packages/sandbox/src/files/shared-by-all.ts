import { isOpenToAll, type Rights } from './hands.js';

/**
 * Whether it is a directory in which many users work, such as `/tmp`, whose configuration is nobody's. Only those count that systems have
 * for it: a command can open any other one of its user to all, and would have its configuration left alone by that, in starts of
 * other users as well. Who owns it tells nothing of that, for root's commands are confined, too.
 * @param path Canonical.
 */
export function isSharedByAll(path: string, found: Rights): boolean {
  return PLACES.has(path) && isOpenToAll(found);
}

const PLACES: ReadonlySet<string> = new Set([
  '/tmp',
  '/var/tmp',
  '/dev/shm',
  '/private/tmp',
  '/private/var/tmp',
]);
