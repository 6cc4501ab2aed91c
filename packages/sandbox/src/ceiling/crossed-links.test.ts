import { expect, test } from 'vitest';
import type { FakeFile } from '../files/testing/fake-files.js';
import { MAX_CONFIG_LINKS } from '../limits.js';
import { policyOf } from '../policy/testing/rules.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';
import { looseOf } from './testing/loose-links.js';

/** Of a repository with this config, as `looseOf`. */
function looseNamedBy(
  links: readonly string[],
  config: string,
  tree: Readonly<Record<string, FakeFile>>,
): ReturnType<typeof looseOf> {
  return looseOf(links, {
    '/ws/.git/config': { text: config },
    '/ws/.git/hooks': 'directory',
    '/ws/.git/commondir': { text: '.' },
    ...tree,
  });
}

test.each<[string, string, Readonly<Record<string, FakeFile>>, readonly string[]]>([
  ['nothing yet', 'tools/mon', { '/ws/tools/mon': { link: '../build/mon' } }, ['/ws/tools/mon']],
  [
    'a directory in which it is missing',
    'tools/bin/mon',
    { '/ws/tools': { link: 'out' }, '/ws/out': { link: '/elsewhere' }, '/elsewhere': 'directory' },
    ['/ws/tools', '/ws/out'],
  ],
  [
    'a directory in its place',
    'tools/mon',
    { '/ws/tools/mon': { link: 'd' }, '/ws/tools/d': 'directory' },
    ['/ws/tools/mon'],
  ],
  [
    'a circle',
    'tools/mon',
    { '/ws/tools': { link: 'loop' }, '/ws/loop': { link: 'tools' } },
    ['/ws/tools', '/ws/loop'],
  ],
  ['the kernel', 'tools/mon', { '/ws/tools/mon': { link: '/proc/version' } }, ['/ws/tools/mon']],
  [
    'where git makes files itself',
    'tools/mon',
    { '/ws/tools/mon': { link: '../.git/logs/x' } },
    ['/ws/tools/mon'],
  ],
])(
  'a link on the way from a missing program to %s is known, though nothing is told of it before',
  async (_, program, tree, links) => {
    const { known, expected, gaps } = await looseNamedBy(links, `[core]\nfsmonitor = ${program}`, tree);
    expect([known, gaps]).toEqual([expected, []]);
  },
);

test('links on the way to programs, hooks and configs that are there, and from links among hooks, are known but for those that stay as they are', async () => {
  const config = `[core]
    hooksPath = linked/hooks
    fsmonitor = tools/mon
    pager = /elsewhere/pager
    editor = kept/editor
    [include] path = ../conf/inc
    [some] key = text/file`;
  const tree: Readonly<Record<string, FakeFile>> = {
    '/ws/linked': { link: 'real' },
    '/ws/real/hooks/pre-commit': { link: '../../scripts/check' },
    '/ws/scripts': { link: 'tooling' },
    '/ws/tooling/check': { text: '' },
    '/ws/tools/mon': { link: '../impl/mon' },
    '/ws/impl/mon': { text: '' },
    '/elsewhere/pager': { link: '/ws/impl/mon' },
    '/ws/kept/editor': { link: '/ws/impl/mon' },
    '/ws/conf': { link: 'settings' },
    '/ws/settings/inc': { text: '[core]' },
    '/ws/text/file': { link: 'data' },
    '/ws/text/data': { text: '' },
    '/ws/beside': { link: 'impl' },
  };
  const links = ['/ws/conf', '/ws/linked', '/ws/scripts', '/ws/tools/mon', '/ws/text/file'];
  const { known, expected, gaps } = await looseNamedBy(links, config, tree);
  const onTheWay = (source: string, link: string, target: string): string =>
    `the git ${source} of /ws/.git: ${link} is a link on the way to ${target}, and could be replaced`;
  expect([known, gaps]).toEqual([
    expected,
    [
      onTheWay('config', '/ws/conf', '/ws/settings/inc'),
      onTheWay('config', '/ws/linked', '/ws/real/hooks'),
      onTheWay('hooks', '/ws/scripts', '/ws/tooling/check'),
      onTheWay('config', '/ws/tools/mon', '/ws/impl/mon'),
    ],
  ]);
});

test('a link in a directory of hooks is known where it could be replaced, since they lie elsewhere', async () => {
  const tree: Readonly<Record<string, FakeFile>> = {
    '/ws/a/.git/hooks': { link: '../../scripts' },
    '/ws/a/.git/config': { text: '' },
    '/ws/a/.git/commondir': { text: '.' },
    '/ws/scripts/l': { link: '../impl' },
    '/ws/impl/mon': { text: '' },
  };
  const [hooks, link] = ['/ws/a/.git/hooks', '/ws/scripts/l'];
  const { known, expected, gaps } = await looseNamedBy(
    [hooks, link],
    '[core]\nfsmonitor = scripts/l/mon',
    tree,
  );
  expect([known, gaps]).toEqual([
    expected,
    [
      `the git config of /ws/.git: ${link} is a link on the way to /ws/impl/mon, and could be replaced`,
      `the git hooks of /ws/a/.git: /ws/impl is where ${link} leads, and a directory, which can be written; have no link there`,
      `${hooks} is a link to /ws/scripts, which lies elsewhere, so neither is protected; have no link there`,
    ],
  ]);
});

test('so many are known, beside those that stay as they are and those elsewhere, and that there are more a note tells', async () => {
  const withLinks = async (count: number): Promise<unknown> => {
    const names = Array.from({ length: count }, (_, at) => `l${at}`);
    const links = names.map((name): [string, FakeFile] => [`/ws/t/${name}`, { link: '../nothing' }]);
    const config = `[core]\npager = /elsewhere/link kept/link ${names.map((name) => `t/${name}`).join(' ')}`;
    const { policy, gaps } = await applyToFakes(policyOf(['write /ws', 'deny /ws/kept']), BARE_CEILING, {
      '/ws/.git/config': { text: config },
      '/ws/.git/hooks/pre-commit': { link: '../../check' },
      '/elsewhere/link': { link: '/ws/nothing' },
      '/ws/kept/link': { link: '/ws/nothing' },
      ...Object.fromEntries(links),
    });
    return {
      links: policy.looseLinks?.map(({ path }) => path),
      gaps: gaps.filter((text) => !text.includes(' that are none now ')),
    };
  };
  const known = Array.from({ length: MAX_CONFIG_LINKS }, (_, at) => `/ws/t/l${at}`);
  const text = `more than ${MAX_CONFIG_LINKS} links are on the way to what git configs name, so that others have been replaced, such as /ws/t/l${MAX_CONFIG_LINKS}, is not told when the command has ended; let configs name fewer`;
  expect([await withLinks(MAX_CONFIG_LINKS), await withLinks(MAX_CONFIG_LINKS + 2)]).toEqual([
    { links: known, gaps: [] },
    { links: known, gaps: [text] },
  ]);
});
