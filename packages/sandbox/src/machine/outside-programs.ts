import type { FileFacts } from '../files/file-facts.js';
import { resolvePath } from '../files/resolve-path.js';
import { SHELL, systemPlaces } from '../linux/system-places.js';
import { placesBefore } from './find-bwrap.js';

/** Run outside of sandboxes to set them up, or by a server, its guardian or the command line. */
const FIXED = [SHELL, '/usr/bin/env', '/usr/bin/unshare'];
const LOOKED_FOR = [
  ...['nsenter', 'mount', 'perl', 'python3', 'mkfifo', 'setsid', 'stty', 'cat', 'dd'],
  ...['head', 'tr', 'grep', 'ps', 'sleep'],
];

/**
 * Where programs lie, or are looked for before they are found, that are run outside of sandboxes.
 * @param bwrap The bubblewrap that is used, which is not among them.
 */
export function outsidePrograms(bwrap: string, files: FileFacts): readonly string[] {
  const others = LOOKED_FOR.flatMap((name) => {
    const places = systemPlaces(name);
    const at = places.findIndex((place) => isThere(place, files));
    // One that is nowhere may be put at any of them.
    return at < 0 ? places : places.slice(0, at + 1);
  });
  return [...placesBefore(bwrap), ...FIXED, ...others];
}

function isThere(path: string, files: FileFacts): boolean {
  return resolvePath(path, files).kind === 'file';
}
