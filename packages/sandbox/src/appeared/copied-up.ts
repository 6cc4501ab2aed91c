import { type Stats, statfsSync } from 'node:fs';
import { bornMsOf } from '../files/born-ms.js';
import { directDirectory } from '../files/direct-path.js';
import { lacksDescriptors } from '../files/error-code.js';
import { ancestorsOf, parentOf } from '../files/paths.js';
import { seenStatOf } from './changed.js';

/**
 * Whether a file that bears another time of birth may do so because an overlay has copied it from a lower layer to its upper one, as at the first
 * edit. That keeps the number, which no other file of a lower layer gets; directories on the way are copied before, so one of them is younger
 * than the file has been.
 * @param bornMs Of the file before.
 * @param canMake Whether a command could make directories and rename them at a path: those tell nothing.
 */
export function isCopiedUp(path: string, bornMs: number, canMake: (path: string) => boolean): boolean {
  const holder = parentOf(path);
  if (!isOnOverlay(holder)) return false;
  return steadyHolders(holder, canMake).some((found) => (bornMsOf(found) ?? 0) > bornMs);
}

/** Of the directories of one file system on the way to a directory, those that no command could make; the top of it always is one. */
function steadyHolders(directory: string, canMake: (path: string) => boolean): readonly Stats[] {
  const holders: { readonly at: string; readonly found: Stats }[] = [];
  for (const at of [directory, ...ancestorsOf(directory)]) {
    const found = seenStatOf(at);
    if (found === undefined || found.dev !== (holders[0]?.found ?? found).dev) break;
    holders.push({ at, found });
  }
  return holders
    .filter(({ at }, nth) => nth === holders.length - 1 || !canMake(at))
    .map(({ found }) => found);
}

function isOnOverlay(directory: string): boolean {
  try {
    return statfsSync(directDirectory(directory)).type === OVERLAY;
  } catch (error) {
    if (lacksDescriptors(error)) throw error;
    return false;
  }
}

/** As numbered in `linux/magic.h`. */
const OVERLAY = 0x794c7630;
