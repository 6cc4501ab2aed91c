import { setImmediate as turn } from 'node:timers/promises';
import { isBehindLink } from '../files/direct-path.js';
import type { OpenWay } from '../policy/open-way.js';
import type { ChangeLook } from './change-look.js';
import { statOf } from './changed.js';
import { shown } from './findings.js';

/** Places that are looked at between two turns of the event loop. */
const WAYS_AT_ONCE = 256;

/** Tells of what a `.git` leads to by now, unless that has been told for itself. @throws The reason of the signal. */
export async function findOpenedWays(
  ways: readonly OpenWay[],
  { findings, signal, keptOut }: Pick<ChangeLook, 'findings' | 'signal' | 'keptOut'>,
): Promise<void> {
  for (const [at, { path, from, isPassed }] of ways.entries()) {
    if (at % WAYS_AT_ONCE === WAYS_AT_ONCE - 1) await turn();
    signal.throwIfAborted();
    const opened = isOpened(path, isPassed);
    if (opened === 'keptOut') keptOut.add('gitState', path);
    if (opened !== true || findings.isTold(path)) continue;
    const what = isPassed ? 'was no link before' : 'was no directory before';
    findings.add(
      'gitState',
      path,
      (name) =>
        `${name} ${what}, and is where ${shown(from)} leads or on the way, so git outside may run hooks and programs that are named there; look at it, or remove ${shown(from)}`,
    );
  }
}

/** Or may be, where a link on the way says where it is. */
function isOpened(path: string, isPassed: boolean): boolean | 'keptOut' {
  if (isBehindLink(path)) return true;
  const found = statOf(path);
  if (found === 'keptOut') return found;
  return found !== undefined && (found.isSymbolicLink() || (!isPassed && found.isDirectory()));
}
