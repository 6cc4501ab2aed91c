import { expect, test } from 'vitest';
import { LinkCycle, resolvePath } from './resolve-path.js';
import { fakeFiles } from './testing/fake-files.js';

const FILES = fakeFiles({
  '/usr/bin/sh': { text: '' },
  '/bin': { link: 'usr/bin' },
  '/a/up': { link: '../usr/./bin' },
  '/a/far': { link: '/a/up/sh' },
  '/a/gone': { link: 'no/such' },
  '/a/one': { link: 'two' },
  '/a/two': { link: 'one' },
});

test.each<[string, string, 'directory' | 'file' | 'missing', string | undefined, readonly string[]]>([
  ['/', '/', 'directory', undefined, []],
  ['/usr//bin/.', '/usr/bin', 'directory', undefined, []],
  ['/bin/sh', '/usr/bin/sh', 'file', undefined, ['/bin']],
  ['/a/up/sh', '/usr/bin/sh', 'file', undefined, ['/a/up']],
  ['/a/far', '/usr/bin/sh', 'file', undefined, ['/a/far', '/a/up']],
  ['/bin/../lib/x', '/usr/lib/x', 'missing', '/usr/lib', ['/bin']],
  ['/a/gone/er', '/a/no/such/er', 'missing', '/a/no', ['/a/gone']],
])('%s is %s, a %s', (path, canonical, kind, missingFrom, links) => {
  const resolved = resolvePath(path, FILES);
  expect({ ...resolved, links: resolved.links.map((link) => link.path) }).toMatchObject({
    path: canonical,
    kind,
    missingFrom,
    links,
  });
});

test('links in a circle are an error that names one', () => {
  expect(() => resolvePath('/a/one/x', FILES)).toThrow(new LinkCycle('/a/one'));
});
