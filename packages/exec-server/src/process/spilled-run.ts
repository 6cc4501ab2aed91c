import type { EventLog } from './event-log.js';
import { isSpilled, type OutputEntry, type SpilledEntry } from './log-entry.js';

/** The bytes of entries that lie side by side in the spill, with one read; undefined when some were given back. */
export async function readRun(
  log: EventLog,
  run: readonly SpilledEntry[],
): Promise<readonly Uint8Array[] | undefined> {
  const [first] = run;
  if (first === undefined) return [];
  const length = run.reduce((sum, entry) => sum + entry.length, 0);
  const bytes = await log.readSpill(first.at, length);
  return bytes && run.map(({ at, length: size }) => bytes.subarray(at - first.at, at - first.at + size));
}

/** The bytes of any entries, in as few reads as possible; undefined when some were given back. */
export async function readEntries(
  log: EventLog,
  entries: readonly OutputEntry[],
): Promise<readonly Uint8Array[] | undefined> {
  const runs = entries.reduce<OutputEntry[][]>((all, entry) => {
    const previous = all.at(-1)?.at(-1);
    if (previous !== undefined && areSideBySide(previous, entry)) all.at(-1)?.push(entry);
    else all.push([entry]);
    return all;
  }, []);
  const read: Uint8Array[] = [];
  for (const run of runs) {
    const [first] = run;
    const bytes = first?.at instanceof Uint8Array ? [first.at] : await readRun(log, run.filter(isSpilled));
    if (bytes === undefined) return undefined;
    read.push(...bytes);
  }
  return read;
}

function areSideBySide(before: OutputEntry, after: OutputEntry): boolean {
  return isSpilled(before) && isSpilled(after) && before.at + before.length === after.at;
}
