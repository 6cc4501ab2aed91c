import { expect, test } from 'vitest';
import { selectToml } from './toml-selection.js';

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
  expect(selectToml(TEXT, paths)).toBe(toml);
});

test('many paths in a file with many keys take no time that grows with their product', () => {
  const text = Array.from({ length: 20_000 }, (_, at) => `k${String(at)} = 1`).join('\n');
  const paths = Array.from({ length: 100_000 }, (_, at) => ['none', String(at)]);
  const before = performance.now();
  expect(selectToml(text, [...paths, ['k7']])).toBe('k7 = 1\n');
  expect(performance.now() - before).toBeLessThan(5_000);
});
