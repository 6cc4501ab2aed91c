import { expect, test } from 'vitest';
import { MAX_BRACE_TEXTS } from '../limits.js';
import { compileGlob } from './glob.js';

test.each<[string, string, readonly string[], readonly string[]]>([
  [
    '**/*.env',
    '/ws',
    ['/ws/.env', '/ws/a/x.env', '/ws/a/b/c.env'],
    ['/ws/env', '/other/.env', '/ws/x.env/y'],
  ],
  ['*.env', '/ws', ['/ws/a.env'], ['/ws/a/b.env']],
  ['/srv/?/key', '/ws', ['/srv/a/key'], ['/srv/ab/key', '/srv//key']],
  ['secret/**', '/ws', ['/ws/secret/a', '/ws/secret/a/b', '/ws/secret'], ['/ws/secrets']],
  ['[ab].[!c]', '/ws', ['/ws/a.x', '/ws/b.d'], ['/ws/c.x', '/ws/a.c', '/ws/a./']],
  ['*.{pem,key}', '/ws', ['/ws/a.pem', '/ws/a.key'], ['/ws/a.txt']],
  ['[].x', '/ws', ['/ws/[].x'], ['/ws/a.x', '/ws/.x']],
  ['[]].[!]]', '/ws', ['/ws/].a'], ['/ws/].]', '/ws/a.a']],
  ['a+(b).c', '/ws', ['/ws/a+(b).c'], ['/ws/aab.c']],
  ['/**/id_rsa', '/ws', ['/id_rsa', '/root/.ssh/id_rsa'], ['/root/.ssh/id_rsa.pub']],
])('%s below %s', (pattern, directory, matching, others) => {
  const glob = compileGlob(pattern, directory);
  expect([...matching, ...others].filter((path) => glob.matches(path))).toEqual(matching);
});

test.each([
  ['*a'.repeat(100), 'a'.repeat(250)],
  [`*${'[a-z]'.repeat(50)}*!`, 'a'.repeat(250)],
  ['**/a/'.repeat(20), 'a/'.repeat(1000)],
  ['{a,aa}{a,aa}{a,aa}{a,aa}*{a,aa}*{a,aa}*b', 'a'.repeat(250)],
  [`*${'?'.repeat(100)}${'*'.repeat(50)}b`, 'a'.repeat(250)],
])('%s does not match what it could be tried on in countless ways', (pattern, path) => {
  const glob = compileGlob(`${pattern}b`, '/ws');
  expect([glob.matches(`/ws/${path}`), glob.matches(`/ws/${path}/c`)]).toEqual([false, false]);
});

test('braces stand for so many texts, and no more', () => {
  const most = Math.log2(MAX_BRACE_TEXTS);
  expect(compileGlob('{a,b}'.repeat(most), '/ws').matches(`/ws/${'ab'.repeat(most / 2)}`)).toBe(true);
  expect(() => compileGlob('{a,b}'.repeat(most + 1), '/ws')).toThrow(
    new RangeError(`stands for more than ${MAX_BRACE_TEXTS} texts by its braces`),
  );
});

test.each([
  ['**/*.env', '/ws', '/ws', Number.POSITIVE_INFINITY],
  ['/srv/data/*/x', '/ws', '/srv/data', 2],
  ['a/b', '/ws', '/ws/a', 1],
  ['/**/x', '/ws', '/', Number.POSITIVE_INFINITY],
  ['a*/**', '/ws', '/ws', Number.POSITIVE_INFINITY],
])('matches of %s below %s are looked for in %s, %d levels deep', (pattern, directory, base, levels) => {
  const glob = compileGlob(pattern, directory);
  expect([glob.base, glob.levels]).toEqual([base, levels]);
});
