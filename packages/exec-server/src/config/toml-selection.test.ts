import { expect, test } from 'vitest';
import { parseToml, selectToml } from './toml-selection.js';

const TEXT = 'a = 1\n[t]\nx = 1\ny = 2\n[t.u]\nz = 3\n';

test.each([
  ['a key and what lies elsewhere', [['a'], ['t', 'u', 'z']], 'a = 1\n\n[t.u]\nz = 3\n'],
  [
    'a table and then a part of it',
    [['t'], ['t', 'x'], ['t', 'u', 'z']],
    '[t]\nx = 1\ny = 2\n\n[t.u]\nz = 3\n',
  ],
  [
    'a part of a table and then all of it',
    [['t', 'u', 'z'], ['t', 'x'], ['t']],
    '[t]\nx = 1\ny = 2\n\n[t.u]\nz = 3\n',
  ],
  [
    'two parts, one of them twice',
    [
      ['t', 'y'],
      ['t', 'x'],
      ['t', 'y'],
    ],
    '[t]\nx = 1\ny = 2\n',
  ],
  [
    'what is below no table, and names of objects',
    [['a', 'b'], ['constructor'], ['__proto__', 'x']],
    undefined,
  ],
])('of a file with %s asked for, that is answered', (_, paths, toml) => {
  expect(selectToml(parseToml(TEXT), paths)).toBe(toml);
});

test('many paths in a file with many keys take no time that grows with their product', () => {
  const text = Array.from({ length: 20_000 }, (_, at) => `k${String(at)} = 1`).join('\n');
  const paths = Array.from({ length: 100_000 }, (_, at) => ['none', String(at)]);
  const before = performance.now();
  expect(selectToml(parseToml(text), [...paths, ['k7']])).toBe('k7 = 1\n');
  expect(performance.now() - before).toBeLessThan(5_000);
});

test.each<[string, (at: number) => string]>([
  ['tables', (at) => `a${String(at)} = {b = {}}`],
  ['lists of tables', (at) => `a${String(at)} = [{}, {}]`],
])('one long name before many %s is refused before all that is written', (_, line) => {
  const name = 'x'.repeat(60_000);
  const lines = Array.from({ length: 4_000 }, (__, at) => line(at));
  const document = parseToml(`[${name}]\n${lines.join('\n')}\n`);
  const before = performance.now();
  expect(() => selectToml(document, [[name]])).toThrow(
    'what is asked for has more than 131072 characters as TOML, and no more are answered',
  );
  expect(performance.now() - before).toBeLessThan(300);
});

test('a list with tables and others has no headers, and all of it is answered', () => {
  const name = 'x'.repeat(60_000);
  const text = `${name} = [ 1, {}, {}, {} ]\n`;
  expect(selectToml(parseToml(text), [[name]])).toBe(text);
});
