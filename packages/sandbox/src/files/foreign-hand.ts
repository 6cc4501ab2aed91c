import { lstatSync } from 'node:fs';
import { isSticky, owningHands, writingHands } from './hands.js';
import { type OwnUser, readOwnUser } from './own-user.js';
import { ancestorsOf } from './paths.js';
import { realFileFacts } from './real-file-facts.js';
import { resolvePath } from './resolve-path.js';

/**
 * What of a path, through its links, somebody else than root and this user could write, and so have it lead to another file: a
 * link, the file itself or a directory above one of them. Undefined for nothing.
 */
export function foreignHand(file: string): string | undefined {
  const resolved = resolvePath(file, realFileFacts);
  if (resolved.kind === 'deadEnd') return resolved.at;
  const ends = [resolved.path, ...resolved.links.map(({ path }) => path)];
  // Whoever is unknown here may be anybody.
  const own = { ...readOwnUser(), systemUid: 0 };
  return ends.flatMap((end) => [end, ...ancestorsOf(end)]).find((path) => isInForeignHands(path, own));
}

function isInForeignHands(path: string, own: OwnUser): boolean {
  const seen = lstatSync(path);
  if (owningHands(seen, own).length > 0) return true;
  // In a directory such as /tmp nobody replaces what others have made; a link has no mode.
  if (seen.isSymbolicLink() || (seen.isDirectory() && isSticky(seen))) return false;
  return writingHands(seen, own).length > 0;
}
