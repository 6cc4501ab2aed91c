import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PLACES = ['packages', 'simulation', 'e2e'];

/** Where each test file is, by its name. */
const FILES: ReadonlyMap<string, string> = new Map(PLACES.flatMap((place) => testFiles(join(ROOT, place))));

/** Names that stand in a document behind the name of a test file. */
interface Cited {
  readonly invariant: number;
  readonly file: string;
  readonly titles: readonly string[];
}

function testFiles(directory: string): [string, string][] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const path = join(directory, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', '.types'].includes(entry.name) ? [] : testFiles(path);
    return entry.name.endsWith('.test.ts') ? [[basename(path), path]] : [];
  });
}

function citedIn(document: string): Cited[] {
  const [, list = ''] = document.split('## Invariants');
  return list
    .split(/^(?=\d+\. )/m)
    .slice(1)
    .flatMap((text) =>
      [...text.matchAll(/`([\w.-]+\.test\.ts)`([^`]*)/g)].map(([, file = '', behind = '']) => ({
        invariant: Number.parseInt(text, 10),
        file,
        titles: [...behind.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title.replaceAll(/\s+/g, ' ')),
      })),
    );
}

const SESSIONS = citedIn(readFileSync(join(ROOT, 'docs/sessions.md'), 'utf8'));

test('every invariant of a session names a test, and they are numbered in a row', () => {
  const numbers = [...new Set(SESSIONS.map(({ invariant }) => invariant))];
  expect(numbers).toEqual(Array.from({ length: 17 }, (_, at) => at + 1));
});

test.each(SESSIONS)('invariant $invariant: $file has what is said of it', ({ file, titles }) => {
  const path = FILES.get(file);
  const source = path === undefined ? '' : readFileSync(path, 'utf8');
  expect(titles.filter((title) => !source.includes(title))).toEqual([]);
  expect(path).toBeDefined();
});
