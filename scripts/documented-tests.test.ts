import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PLACES = ['packages', 'simulation', 'e2e'];

/** Where each test file is, by its name. */
const FILES: ReadonlyMap<string, string> = new Map(PLACES.flatMap((place) => testFiles(join(ROOT, place))));

/** Names that stand in a document behind the name of a test file, and the number of the point that they are to show. */
interface Cited {
  readonly point: number;
  readonly file: string;
  readonly titles: readonly string[];
}

function testFiles(directory: string): [string, string][] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const path = join(directory, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', '.types'].includes(entry.name) ? [] : testFiles(path);
    return /(\.test|-suite)\.ts$/.test(entry.name) ? [[basename(path), path]] : [];
  });
}

/** What is cited in a piece of a document about each of the points that `start` marks. */
function citedIn(text: string, start: RegExp): Cited[] {
  return text
    .split(start)
    .slice(1)
    .flatMap((about) =>
      [...about.matchAll(/`([\w.-]+\.ts)`([^`]*)/g)].map(([, file = '', behind = '']) => ({
        point: Number(/\d+/.exec(about)?.[0]),
        file,
        titles: [...behind.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title.replaceAll(/\s+/g, ' ')),
      })),
    );
}

/** What a document says under a heading. */
function section(document: string, heading: string): string {
  const [, text = ''] = readFileSync(join(ROOT, 'docs', document), 'utf8').split(`## ${heading}\n`);
  return text.split('\n## ')[0] ?? '';
}

/** The titles that are not in the file that is said to have them; the file's name when there is none. */
function missing({ file, titles }: Cited): readonly string[] {
  const path = FILES.get(file);
  if (path === undefined) return [file];
  const source = readFileSync(path, 'utf8');
  return titles.filter((title) => !source.includes(title));
}

const SESSIONS = citedIn(section('sessions.md', 'Invariants'), /^(?=\d+\. )/m);
const WEAK_POINTS = section('interop.md', 'What is weak there, and what it is here');
const BETTER = citedIn(WEAK_POINTS, /^(?=\| \d+ \| )/m);

test('every invariant of a session names a test, and they are numbered in a row', () => {
  const numbers = [...new Set(SESSIONS.map(({ point }) => point))];
  expect(numbers).toEqual(Array.from({ length: 17 }, (_, at) => at + 1));
});

test.each(SESSIONS)('invariant $point: $file has what is said of it', (cited) => {
  expect(missing(cited)).toEqual([]);
});

test('each of the 22 weak points names a test with its title, or says why not', () => {
  const rows = [...WEAK_POINTS.matchAll(/^\| (\d+) \|.*\| ([^|]*) \|$/gm)];
  expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 22 }, (_, at) => at + 1));
  const unshown = rows.filter(([, , by = '']) => !/`[\w.-]+\.ts` "|\bopen\b|^no test; /.test(by));
  expect(unshown).toEqual([]);
});

test.each(BETTER)('weak point $point: $file has what is said of it', (cited) => {
  expect(cited.titles).not.toEqual([]);
  expect(missing(cited)).toEqual([]);
});
