import { expect, test } from 'vitest';
import { MAX_LINKED_NAMES, MAX_LINKS_FOLLOWED } from '../limits.js';
import { resolvePath } from './resolve-path.js';
import { StalePlan } from './stale-plan.js';
import { fakeFiles } from './testing/fake-files.js';

const FILES = fakeFiles({
  '/usr/bin/sh': { text: '' },
  '/bin': { link: 'usr/bin' },
  '/a/up': { link: '../usr/./bin' },
  '/a/far': { link: '/a/up/sh' },
  '/a/gone': { link: 'no/such' },
  '/a/one': { link: 'two' },
  '/a/two': { link: 'one' },
  '/a/shut/x': { text: '' },
  '/a/shut': 'shut',
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
  expect(resolvePath(path, FILES)).toMatchObject({
    path: canonical,
    kind,
    missingFrom,
    links: links.map((link) => ({ path: link })),
  });
});

test('links in a circle are a dead end, and so is a directory that cannot be entered', () => {
  expect([resolvePath('/a/one/x', FILES), resolvePath('/a/shut/x', FILES)]).toEqual([
    { kind: 'deadEnd', at: '/a/one', isLink: true, why: 'the link /a/one leads in a circle' },
    {
      kind: 'deadEnd',
      at: '/a/shut',
      isLink: false,
      isShut: true,
      why: '/a/shut cannot be looked into (EACCES)',
    },
  ]);
});

test('a link to bytes that are no UTF-8 is a dead end itself, and not the directory that holds it', () => {
  const readLink = (): string => {
    throw Object.assign(new Error('not UTF-8'), { code: 'EILSEQ' });
  };
  expect(resolvePath('/a/one/x', { ...FILES, readLink })).toEqual({
    kind: 'deadEnd',
    at: '/a/one',
    isLink: true,
    why: 'the link /a/one leads to a name that is not UTF-8',
  });
});

test('so many links are followed on the way to one path, and no more', () => {
  const links = Array.from(
    { length: MAX_LINKS_FOLLOWED + 1 },
    (_, at) => [`/l/${at}`, { link: `${at + 1}` }] as const,
  );
  const files = fakeFiles({ ...Object.fromEntries(links), [`/l/${MAX_LINKS_FOLLOWED + 1}`]: { text: '' } });
  expect(resolvePath('/l/1', files)).toMatchObject({ path: `/l/${MAX_LINKS_FOLLOWED + 1}`, kind: 'file' });
  expect(resolvePath('/l/0', files)).toEqual({
    kind: 'deadEnd',
    at: `/l/${MAX_LINKS_FOLLOWED}`,
    isLink: true,
    why: `the link /l/${MAX_LINKS_FOLLOWED} leads in a circle`,
  });
});

test('a directory that was seen is not walked to again, where nothing changes', () => {
  const looked: string[] = [];
  const look = (path: string): ReturnType<typeof FILES.look> => {
    looked.push(path);
    return FILES.look(path);
  };
  const files = { ...FILES, look, directories: new Set<string>() };
  const paths = ['/a/shut', '/a/up', '/a/up/sh', '/a/../a/one', '/a/..', '/usr/bin/..'];
  const found = paths.map((path) => resolvePath(path, files));
  expect(found).toEqual(paths.map((path) => resolvePath(path, FILES)));
  expect(looked.filter((path) => path === '/a')).toHaveLength(1);
});

test('neither is one to which a link leads', () => {
  const looked: string[] = [];
  const look = (path: string): ReturnType<typeof FILES.look> => {
    looked.push(path);
    return FILES.look(path);
  };
  const files = { ...FILES, look, directories: new Set<string>() };
  resolvePath('/a/up', files);
  looked.length = 0;
  expect([resolvePath('/a/up/x/../y', files), looked]).toEqual([
    resolvePath('/a/up/x/../y', FILES),
    ['/a/up', '/usr/bin/x'],
  ]);
});

test('links lead over so many names, and no more', () => {
  const around = 'x/../'.repeat(MAX_LINKED_NAMES / 4 - 1);
  const to = (names: string) =>
    fakeFiles({
      '/a': { link: `${around}b` },
      '/b': { link: `${around}./${names}` },
      '/c/d/e/f': 'directory',
      '/x': 'directory',
    });
  expect(resolvePath('/a', to('c/d/e'))).toMatchObject({ path: '/c/d/e', kind: 'directory' });
  expect(resolvePath('/a/f', to('c/d/e'))).toMatchObject({ path: '/c/d/e/f', kind: 'directory' });
  expect(resolvePath('/a', to('c/d/e/f'))).toEqual({
    kind: 'deadEnd',
    at: '/b',
    isLink: true,
    why: 'the link /b leads too far around',
  });
});

test.each(['EINVAL', 'ENOENT', 'ENOTDIR'])(
  'a link that is replaced while it is followed (%s) is looked at again',
  (code) => {
    const readLink = (): string => {
      throw Object.assign(new Error('no link'), { code });
    };
    expect(() => resolvePath('/bin/sh', { ...FILES, readLink })).toThrow(
      new StalePlan('/bin', 'was replaced'),
    );
  },
);
