import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as limits from './limits.js';

const DOCUMENT = new URL('../../../docs/limits.md', import.meta.url);

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  ms: 1,
  s: 1000,
  h: 3_600_000,
};

/** Names and values as the document has them for this package. */
function documentedLimits(): [string, number][] {
  const [, section = ''] = readFileSync(DOCUMENT, 'utf8').split(/^## /m);
  const rows = section.matchAll(/^\| `(?<name>\w+)` \| (?<count>[\d,]+)(?: (?<unit>\w+))? \| .+ \|$/gm);
  return [...rows].map(({ groups }) => {
    const { name = '', count = '', unit = '' } = groups ?? {};
    return [name, Number(count.replaceAll(',', '')) * (UNITS[unit] ?? Number.NaN)];
  });
}

test('the document has every limit once, with its value', () => {
  const documented = documentedLimits();
  expect(documented.map(([name]) => name).toSorted()).toEqual(Object.keys(limits).toSorted());
  expect(Object.fromEntries(documented)).toEqual({ ...limits });
});
