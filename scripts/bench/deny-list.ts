import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TRUE } from './bare.js';
import type { Contestant } from './contestant.js';
import { figures, median, row, times } from './figures.js';
import { at, sandboxIn } from './intents.js';

const PLACE = '/var/tmp';
const RUNS = 9;

/**
 * How long the cheapest program takes below a long deny list. What is missing or below a denied directory needs no mount; each
 * other file or directory takes one, for which bubblewrap reads the mount table, so that cost grows with their square.
 */
export async function benchDenyList(all: readonly Contestant[]): Promise<void> {
  const place = mkdtempSync(path.join(PLACE, 'holdfast-bench-'));
  try {
    const numbered = (count: number, prefix: string): readonly string[] =>
      Array.from({ length: count }, (_, n) => path.join(place, `${prefix}${String(n)}`));
    const [files, directories] = [numbered(500, 'file'), numbered(500, 'directory')];
    for (const file of files) writeFileSync(file, '');
    for (const directory of directories) mkdirSync(directory);
    await measure('5,000 entries, all missing', all, place, numbered(5000, 'missing'));
    const [first = place] = directories;
    const below = Array.from({ length: 5000 }, (_, n) => path.join(first, String(n)));
    await measure('5,000 entries below a denied directory', all, place, [first, ...below]);
    await measure('500 files', all, place, files);
    await measure('500 directories', all, place, directories);
  } finally {
    rmSync(place, { recursive: true });
  }
}

async function measure(
  what: string,
  all: readonly Contestant[],
  place: string,
  denied: readonly string[],
): Promise<void> {
  const sandbox = sandboxIn(
    place,
    denied.map((one) => at(one, 'deny')),
  );
  const taken: Record<string, number[]> = {};
  for (const { server, client } of all) {
    try {
      taken[server.name] = await times(RUNS, () => client.run([TRUE], { sandbox }));
    } catch (error) {
      console.log(`denied, ${what}: ${server.name} is left out, for it fails: ${String(error)}`);
    }
  }
  console.log(row(`denied, ${what}: p50`, figures(taken, median), 'ms'));
}
