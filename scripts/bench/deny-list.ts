import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TRUE } from './bare.js';
import type { Contestant } from './contestant.js';
import { figures, median, row, times } from './figures.js';
import { at, sandboxIn } from './intents.js';

const PLACE = '/var/tmp';
const RUNS = 9;

/**
 * How long the cheapest program takes below a long deny list. What is missing or below a denied directory needs no mount, and
 * a directory that is denied to the last file one for all; each other file or directory takes one, for which bubblewrap reads the
 * mount table, so that cost grows with their square.
 */
export async function benchDenyList(all: readonly Contestant[]): Promise<void> {
  const place = mkdtempSync(path.join(PLACE, 'holdfast-bench-'));
  try {
    await measure('5,000 entries, all missing', all, place, numbered(5000, path.join(place, 'missing')));
    const full = makeFiles(path.join(place, 'full'), 100, 50);
    await measure('5,000 files in 100 directories', all, place, full);
    await measure('5,000 files below a denied directory', all, place, [path.join(place, 'full'), ...full]);
    const files = makeFiles(path.join(place, 'single'), 1, 500);
    // As many beside them, so that each takes its own mount.
    makeFiles(path.join(place, 'single'), 1, 500, 'shown');
    await measure('500 files', all, place, files);
    const directories = numbered(500, path.join(place, 'directory'));
    for (const directory of directories) mkdirSync(directory);
    await measure('500 directories', all, place, directories);
  } finally {
    rmSync(place, { recursive: true });
  }
}

function numbered(count: number, prefix: string): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${String(n)}`);
}

function makeFiles(place: string, directories: number, each: number, name = 'file'): readonly string[] {
  return numbered(directories, path.join(place, 'directory')).flatMap((directory) => {
    mkdirSync(directory, { recursive: true });
    const files = numbered(each, path.join(directory, name));
    for (const file of files) writeFileSync(file, '');
    return files;
  });
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
