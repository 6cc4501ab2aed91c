import { expect, test } from 'vitest';
import { namesToTry } from './search-list.js';

test.each([
  [
    'a complete name comes first',
    'a.example',
    'search corp.example',
    ['a.example', 'a.example.corp.example'],
  ],
  [
    'a single word comes last',
    'git',
    'search b.example c.example',
    ['git.b.example', 'git.c.example', 'git'],
  ],
  ['the last line counts', 'git', 'search b.example\ndomain c.example.', ['git.c.example', 'git']],
  [
    'more dots may make a name complete',
    'web.prod',
    'search svc.local . cluster.local\noptions edns0 ndots:5',
    ['web.prod.svc.local', 'web.prod.cluster.local', 'web.prod'],
  ],
  ['nothing may be said of it', 'git', 'nameserver 127.0.0.53\n# search b.example', ['git']],
])('%s', (_, name, configuration, names) => {
  expect(namesToTry(name, configuration)).toEqual(names);
});

test('so many domains are searched, and the name itself always is', () => {
  const domains = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => `${letter}.example`);
  expect(namesToTry('x', `search ${domains.join(' ')}`)).toEqual([
    ...domains.slice(0, 6).map((domain) => `x.${domain}`),
    'x',
  ]);
});
