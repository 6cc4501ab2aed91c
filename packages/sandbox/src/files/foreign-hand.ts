import { lstatSync } from 'node:fs';
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
  return ends.flatMap((end) => [end, ...ancestorsOf(end)]).find(isInForeignHands);
}

function isInForeignHands(path: string): boolean {
  const seen = lstatSync(path);
  if (seen.uid !== 0 && seen.uid !== process.getuid?.()) return true;
  // In a directory such as /tmp nobody replaces what others have made; a link has no mode.
  if (seen.isSymbolicLink() || (seen.isDirectory() && (seen.mode & STICKY) !== 0)) return false;
  const isOwnGroup = seen.gid === 0 || seen.gid === process.getgid?.();
  return (seen.mode & (isOwnGroup ? WRITABLE_BY_ALL : WRITABLE_BY_OTHERS)) !== 0;
}

const STICKY = 0o1000;
const WRITABLE_BY_ALL = 0o002;
const WRITABLE_BY_OTHERS = 0o022;
