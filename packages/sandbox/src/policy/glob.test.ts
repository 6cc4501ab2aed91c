import { expect, test } from 'vitest';
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
  ['a+(b).c', '/ws', ['/ws/a+(b).c'], ['/ws/aab.c']],
  ['/**/id_rsa', '/ws', ['/id_rsa', '/root/.ssh/id_rsa'], ['/root/.ssh/id_rsa.pub']],
])('%s below %s', (pattern, directory, matching, others) => {
  const glob = compileGlob(pattern, directory);
  expect([...matching, ...others].filter((path) => glob.matches(path))).toEqual(matching);
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
