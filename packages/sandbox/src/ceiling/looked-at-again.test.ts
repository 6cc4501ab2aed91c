import { expect, test } from 'vitest';
import type { FakeFile } from '../files/testing/fake-files.js';
import { MAX_POINTER_LINKS } from '../limits.js';
import { looseOnWay } from './looked-at-again.js';
import { looseOf } from './testing/loose-links.js';

function repository(at: string): Readonly<Record<string, FakeFile>> {
  return {
    [`${at}/HEAD`]: { text: '' },
    [`${at}/objects`]: 'directory',
    [`${at}/refs`]: 'directory',
    [`${at}/config`]: { text: '' },
  };
}

function onTheWay(link: string, from: string, more = ''): string {
  return `${link} is a link on the way from ${from} to the directory of its repository, and could be replaced; have no link there${more}`;
}

test.each<[string, Readonly<Record<string, FakeFile>>, readonly string[], string]>([
  [
    'a repository',
    { ...repository('/ws/real/sub.git'), '/ws/link': { link: 'via' }, '/ws/via': { link: 'real' } },
    ['/ws/link', '/ws/via'],
    ' (and 1 more like it)',
  ],
  ['nothing', { '/ws/link': { link: 'nowhere' } }, ['/ws/link'], ''],
  ['a circle', { '/ws/link': { link: 'link' } }, ['/ws/link'], ''],
])('a link on the way from a .git file to %s is known and told', async (_, tree, links, more) => {
  const all = { ...tree, '/ws/sub/.git': { text: 'gitdir: ../link/sub.git\n' } };
  const { known, expected, gaps } = await looseOf(links, all);
  expect([known, gaps]).toEqual([expected, [onTheWay('/ws/link', '/ws/sub/.git', more)]]);
});

test('so is one on the way from a link, and from a .git file above what may be written, but none that stays as it is', async () => {
  const tree: Readonly<Record<string, FakeFile>> = {
    ...repository('/ws/real/sub.git'),
    ...repository('/ws/real/other.git'),
    '/ws/.git': { text: 'gitdir: around/sub.git' },
    '/ws/around': { link: 'in/there' },
    '/ws/in/there': { link: '../real' },
    '/ws/in/sub/.git': { link: '../way/other.git' },
    '/ws/in/way': { link: '/ws/real' },
    '/ws/in/kept/link': { link: '/ws/real' },
    '/ws/in/last/.git': { text: 'gitdir: ../kept/link/other.git' },
  };
  const links = ['/ws/in/there', '/ws/in/way'];
  const { known, expected, gaps } = await looseOf(links, tree, ['write /ws/in', 'deny /ws/in/kept']);
  expect([known, gaps]).toEqual([
    expected,
    [
      onTheWay('/ws/in/there', '/ws/.git', ' (and 1 more like it)'),
      '/ws/in/sub/.git is a link; its target is protected, but the link could be replaced',
    ],
  ]);
});

test('so many are known, and that there are more a note tells', () => {
  const crossed = (count: number): ReadonlyMap<string, string> =>
    new Map(Array.from({ length: count }, (_, at) => [`/ws/l${at}`, '/ws/.git']));
  const links = [...crossed(MAX_POINTER_LINKS).keys()];
  const first = (count: number): string => onTheWay('/ws/l0', '/ws/.git', ` (and ${count} more like it)`);
  const beyond = `more than ${MAX_POINTER_LINKS} links are on the way from .git files and links to their repositories, so that others have been replaced, such as /ws/l${MAX_POINTER_LINKS}, is not told when the command has ended; have none there`;
  const kept = new Map([...crossed(MAX_POINTER_LINKS), ['/kept', '/ws/.git'] as const]);
  const isLoose = (link: string): boolean => link !== '/kept';
  expect([looseOnWay(kept, isLoose), looseOnWay(crossed(MAX_POINTER_LINKS + 1), isLoose)]).toEqual([
    { found: links, notes: [first(MAX_POINTER_LINKS - 1)] },
    { found: links, notes: [first(MAX_POINTER_LINKS), beyond] },
  ]);
});
