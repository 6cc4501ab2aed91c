import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { allIds, CASES_BY_FILE, idsIn } from './cases.js';

const ROOT = path.join(import.meta.dirname, '../../../..');

/** A title, as far as it begins with ids: `W01 …`, `W34 W35 …`, `F10b …`, and `… F09 …` behind a comma. */
const IDS = /(?<=['"`(, ])[WFPNS]\d\d(?=[a-z]?[ '])/g;

function testFiles(): readonly string[] {
  return ['packages', 'e2e'].flatMap((place) =>
    readdirSync(path.join(ROOT, place), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts') && !/(^|\/)(node_modules|dist)\//.test(name))
      .map((name) => path.join(place, name)),
  );
}

/** The ids in the text of a file, but for this one. */
function idsOf(file: string): readonly string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8').replace(/^ *(\/\/|\/?\*).*$/gm, '');
  return [...new Set(text.match(IDS) ?? [])].sort();
}

test('each case is where the list says, and nowhere else', () => {
  const found = testFiles()
    .filter((file) => path.join(ROOT, file) !== import.meta.filename)
    .map((file) => [file, idsOf(file)] as const)
    .filter(([, ids]) => ids.length > 0);
  const listed = Object.entries(CASES_BY_FILE).map(([file, list]) => [file, idsIn(list).toSorted()]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(listed));
});

test('no case is missing', () => {
  const held = new Set(Object.values(CASES_BY_FILE).flatMap(idsIn));
  expect(allIds().filter((id) => !held.has(id))).toEqual([]);
});
