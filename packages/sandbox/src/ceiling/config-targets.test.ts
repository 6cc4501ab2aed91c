import { mkdirSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileFact } from '../files/file-facts.js';
import { parentOf } from '../files/paths.js';
import { realFileFacts } from '../files/real-file-facts.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import {
  MAX_CONFIG_BYTES,
  MAX_CONFIG_GAPS,
  MAX_CONFIG_LOOKS,
  MAX_CONFIG_MOUNTS,
  MAX_CONFIG_SHARES,
  MAX_GIT_CONFIGS,
  MAX_HOOKS,
  MAX_SMALL_FILE_BYTES,
} from '../limits.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { namedByConfigs } from './config-targets.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

describe('what the config of a repository names', () => {
  const GIT: Readonly<Record<string, FakeFile>> = {
    '/ws/r/.git/hooks': 'directory',
    '/ws/r/.git/commondir': { text: '.' },
  };
  const KEPT = [
    'write /ws',
    ...['commondir', 'config', 'config.worktree/', 'hooks'].map((part) => `read /ws/r/.git/${part}`),
  ];

  async function named(
    config: string,
    tree: Readonly<Record<string, FakeFile>> = {},
    lines: readonly string[] = ['write /ws'],
  ): Promise<{ readonly rules: readonly string[]; readonly gaps: readonly string[] }> {
    const all = { ...GIT, '/ws/r/.git/config': { text: config }, ...tree };
    const { policy, gaps } = await applyToFakes(policyOf(lines), BARE_CEILING, all);
    return { rules: linesOf(policy.rules).filter((line) => !KEPT.includes(line)), gaps };
  }

  test('hooks, included configs and programs stay as they are, missing ones too', async () => {
    const config = `[core]
      hooksPath = .githooks
      fsmonitor = "sh ./tools/watch.sh --all"
      sshCommand = /ws/ssh -o x/y
      pager = tools/nothing | less
      [include] path = ../shared.config
      [includeIf "onbranch:x"] path = ../missing.config
      [merge "x"] driver = tools %O`;
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/r/tools/watch.sh': { text: '' },
      '/ws/ssh': { text: '' },
      '/ws/r/shared.config': { text: '[core]\nhooksPath = more/hooks\n[include]path = deep/../other.config' },
      '/ws/r/other.config': { text: '[include]path = shared.config' },
      '/ws/r/.githooks': 'directory',
    };
    expect(await named(config, tree)).toEqual({
      rules: [
        'read /ws/r/.git/.githooks/',
        'read /ws/r/.git/more/',
        'read /ws/r/.githooks',
        'read /ws/r/missing.config/',
        'read /ws/r/more/',
        'read /ws/r/other.config',
        'read /ws/r/shared.config',
        'read /ws/r/tools/watch.sh',
        'read /ws/ssh',
      ],
      gaps: [],
    });
  });

  test('what a config includes that is named by a link is looked for where the link is', async () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/r/sub.config': { text: '' },
      '/ws/r/first/sub.config': { text: '' },
      '/ws/r/first/a.config': { link: '../deep/er/real.config' },
      '/ws/r/b.config': { link: 'deep/er/real.config' },
      '/ws/r/deep/er/real.config': { text: '[include] path = sub.config' },
    };
    const config = '[include] path = ../first/a.config\n[include] path = ../b.config';
    expect((await named(config, tree)).rules).toEqual([
      'read /ws/r/deep/er/real.config',
      'read /ws/r/first/sub.config',
      'read /ws/r/sub.config',
    ]);
  });

  test('in every worktree of it', async () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/r/.git/worktrees/a/gitdir': { text: '/ws/a/.git\n' },
      '/ws/r/.git/worktrees/a/commondir': { text: '../..' },
      '/ws/r/.git/worktrees/a/config.worktree': { text: '[core]\nhooksPath = own' },
      '/ws/r/.git/worktrees/c/gitdir': { text: '../../../../c/.git\n' },
      '/ws/c': 'directory',
      '/ws/a/.git': { text: 'gitdir: /ws/r/.git/worktrees/a' },
      '/ws/b/.git': { text: 'gitdir: ../separate' },
      '/ws/separate/config': { text: '[core]\nhooksPath = h' },
      '/ws/separate/hooks': 'directory',
      '/ws/lib/own': 'directory',
      '/ws/modules/config': { text: '[core]\nworktree = ../lib\nhooksPath = own' },
      '/ws/modules/HEAD': { text: '' },
      '/ws/modules/objects': 'directory',
      '/ws/modules/refs': 'directory',
      '/srv/bare/config': { text: '[core]\nhooksPath = own' },
      '/srv/bare/HEAD': { text: '' },
      '/srv/bare/objects': 'directory',
      '/srv/bare/refs': 'directory',
    };
    const { rules } = await named('', tree, ['write /ws', 'write /srv']);
    expect(rules.filter((line) => /own|\/h\/$/.test(line))).toEqual([
      'read /srv/bare/own/',
      'read /ws/a/own/',
      'read /ws/b/h/',
      'read /ws/c/own/',
      'read /ws/lib/own',
      'read /ws/modules/own/',
      'read /ws/r/.git/own/',
      'read /ws/r/.git/worktrees/a/own/',
      'read /ws/r/own/',
      'read /ws/separate/h/',
    ]);
  });

  test('a config that is a file of the kernel is not read', async () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/r/.git/config': { link: '/proc/kmsg' },
      '/proc/kmsg': { text: '[core]\nhooksPath = own' },
    };
    const { rules, gaps } = await named('', tree);
    expect([rules, gaps]).toEqual([
      [],
      [
        'the git config of /ws/r/.git: /ws/r/.git/config leads to /proc/kmsg, which is of the kernel and not read; have no link there',
        '/ws/r/.git/config is a link; its target is protected, but the link could be replaced',
      ],
    ]);
  });

  test('what cannot be protected is told, where it may be written at all', async () => {
    const config = `[core]
      hooksPath = .
      hooksPath = ..
      hooksPath = linked
      hooksPath = /
      hooksPath = /dev/null
      [include] path = ../huge
      path = ~/nowhere/of/mine`;
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/r/linked': { link: 'real' },
      '/ws/r/real': 'directory',
      '/ws/r/huge': 'directory',
    };
    const holds =
      'and holds what must stay writable, so what git runs there can be written; name a directory of its own';
    const of = 'the git config of /ws/r/.git:';
    expect(await named(config, tree)).toEqual({
      rules: ['read /ws/r/.git/linked/', 'read /ws/r/huge', 'read /ws/r/real'],
      gaps: [
        `${of} /ws/r is named as /ws/r/., ${holds}`,
        `${of} /ws/r/.git is named as /ws/r/.git/., ${holds}`,
        `${of} /ws is named as /ws/r/.., ${holds}`,
        `${of} /ws/r is named as /ws/r/.git/.., ${holds}`,
        `${of} /ws/r/linked is a link on the way to /ws/r/real, and could be replaced`,
      ],
    });
  });

  describe('hooks that are links', () => {
    const of = 'the git hooks of /ws/r/.git:';
    const HOOKS: Readonly<Record<string, FakeFile>> = {
      '/ws/r/.git/hooks/pre-commit': { link: '../../scripts/check' },
      '/ws/r/.git/hooks/pre-push': { link: '/ws/shared/push' },
      '/ws/r/.git/hooks/post-merge': { link: '../../built/merge' },
      '/ws/r/.git/hooks/post-checkout': { link: 'own' },
      '/ws/r/.git/hooks/own': { text: '' },
      '/ws/r/.git/hooks/commit-msg': { link: '/dev/null' },
      '/ws/r/scripts/check': { text: '' },
      '/ws/shared/push': { text: '' },
    };

    test('what they lead to stays as it is, or missing', async () => {
      expect(await named('', HOOKS)).toEqual({
        rules: ['read /ws/r/built/', 'read /ws/r/scripts/check', 'read /ws/shared/push'],
        gaps: [],
      });
    });

    test('so does what those lead to in a directory that a config names, wherever that is', async () => {
      const tree: Readonly<Record<string, FakeFile>> = {
        '/ws/r/.githooks/pre-commit': { link: '../tools/a' },
        '/ws/r/tools/a': { text: '' },
        '/srv/hooks/pre-push': { link: '/ws/r/tools/b' },
        '/ws/r/tools/b': { text: '' },
      };
      const config = '[core]\nhooksPath = .githooks\nhooksPath = /srv/hooks';
      expect(await named(config, tree)).toEqual({
        rules: [
          'read /ws/r/.git/.githooks/',
          'read /ws/r/.githooks',
          'read /ws/r/tools/a',
          'read /ws/r/tools/b',
        ],
        gaps: [],
      });
    });

    test('in the repository of a linked worktree that alone may be written', async () => {
      const tree: Readonly<Record<string, FakeFile>> = {
        '/main/.git/config': { text: '' },
        '/main/.git/hooks/pre-commit': { link: '/wt/scripts/check' },
        '/main/.git/worktrees/wt/commondir': { text: '../..\n' },
        '/wt/.git': { text: 'gitdir: /main/.git/worktrees/wt' },
        '/wt/scripts/check': { text: '' },
      };
      const { policy } = await applyToFakes(policyOf(['write /wt']), BARE_CEILING, tree);
      expect(linesOf(policy.rules)).toEqual(['write /wt', 'read /wt/.git', 'read /wt/scripts/check']);
    });

    test.each([
      ['a directory', 'hooks', ['read /r/sub/hooks'], []],
      ['nothing yet', 'later', ['read /r/sub/later/'], []],
      [
        'all that may be written',
        '.',
        [],
        [
          'the git config of /r/.git: /r/sub is named as /r/.git/hooks, and holds what must stay writable, so what git runs there can be written; name a directory of its own',
        ],
      ],
    ])(
      'in that around what may be written, where its hooks are a link to %s',
      async (_, name, rules, gaps) => {
        const tree: Readonly<Record<string, FakeFile>> = {
          '/r/.git/config': { text: '' },
          '/r/.git/hooks': { link: `../sub/${name}` },
          '/r/sub/hooks/pre-commit': { text: '' },
        };
        const found = await applyToFakes(policyOf(['write /r/sub']), BARE_CEILING, tree);
        expect([linesOf(found.policy.rules), found.gaps]).toEqual([['write /r/sub', ...rules], gaps]);
      },
    );

    test('what is not protected of them is told', async () => {
      const tree: Readonly<Record<string, FakeFile>> = {
        '/ws/r/.git/hooks/lib': { link: '../../lib' },
        '/ws/r/lib/x': { text: '' },
        '/ws/r/.git/hooks/post-commit': { link: '../../around' },
        '/ws/r/around': { link: 'scripts/check' },
        '/ws/r/.git/hooks/update': { link: '../../circle' },
        '/ws/r/circle': { link: 'circle' },
        '/ws/r/.git/hooks/round': { link: 'round' },
        '/ws/r/scripts/check': { text: '' },
      };
      const { rules, gaps } = await named('', tree);
      expect([rules, gaps]).toEqual([
        ['read /ws/r/scripts/check'],
        [
          `${of} /ws/r/lib is where /ws/r/.git/hooks/lib leads, and a directory, which can be written; have no link there`,
          `${of} /ws/r/around is a link on the way to /ws/r/scripts/check, and could be replaced`,
          'the link /ws/r/circle leads in a circle and could be replaced; remove it',
        ],
      ]);
    });

    test('are looked for among so many entries, and no more', async () => {
      const withFiles = (count: number): Promise<unknown> => {
        const names = Array.from({ length: count - 1 }, (_, at) => `/ws/r/.git/hooks/${at}`);
        const tree = Object.fromEntries(names.map((path): [string, FakeFile] => [path, { text: '' }]));
        const linked: Readonly<Record<string, FakeFile>> = {
          '/ws/r/.git/hooks/pre-commit': { link: '../../p' },
          '/ws/r/p': { text: '' },
        };
        return named('', { ...tree, ...linked });
      };
      const tooMany = 'holds more than 1024 entries, so what links in it lead to can be written';
      expect([await withFiles(MAX_HOOKS), await withFiles(MAX_HOOKS + 1)]).toEqual([
        { rules: ['read /ws/r/p'], gaps: [] },
        { rules: [], gaps: [`${of} /ws/r/.git/hooks ${tooMany}`] },
      ]);
    });
  });

  test('hooks that have another name are told of, but for examples', async () => {
    const hooks = Object.fromEntries(
      ['pre-commit', 'pre-push.sample', 'update'].map((name): [string, FakeFile] => [
        `/ws/r/.git/hooks/${name}`,
        { text: '', links: name === 'update' ? 1 : 2 },
      ]),
    );
    expect(await named('', hooks)).toEqual({
      rules: [],
      gaps: [
        'the git hooks of /ws/r/.git: /ws/r/.git/hooks/pre-commit has another name, a hard link, by which it could be written; remove that',
      ],
    });
  });

  test('what is named by bytes that are no UTF-8 is told, and nothing is put where it seems to be', async () => {
    const config =
      '[include] path = ../caf\ufffd.cfg\n[core]\nhooksPath = /ws/h\ufffd\npager = less -k/ws/k\ufffd';
    const of = 'the git config of /ws/r/.git:';
    const what = 'is no path in UTF-8, so nobody knows what it stands for; give it another name';
    expect(await named(config)).toEqual({
      rules: [],
      gaps: [
        `${of} /ws/r/.git/../caf\ufffd.cfg ${what}`,
        `${of} /ws/h\ufffd ${what}`,
        ...['less -k/ws/k\ufffd', '-k/ws/k\ufffd'].flatMap((word) =>
          ['/ws/r', '/ws/r/.git'].map((base) => `${of} ${base}/${word} ${what}`),
        ),
        `${of} /ws/k\ufffd ${what}`,
      ],
    });
  });

  test('what a config on disk names in another encoding is told', () => {
    const at = temporaryDirectory();
    const directory = posix.join(at, '.git');
    mkdirSync(directory);
    writeFileSync(posix.join(directory, 'config'), Buffer.from('[include] path = caf\xe9.cfg', 'latin1'));
    const { paths, gaps } = namedByConfigs(new Map([[directory, [at]]]), [at], realFileFacts);
    expect([paths, gaps.map(({ path }) => path)]).toEqual([[], [posix.join(directory, 'caf\ufffd.cfg')]]);
  });

  test('as many configs are read as there may be, and no more', async () => {
    const includes = Array.from({ length: MAX_GIT_CONFIGS }, (_, at) => `[include] path = /ws/c${at}\n`);
    const tree = Object.fromEntries(
      includes.map((_, at): [string, FakeFile] => [`/ws/c${at}`, { text: `[core] hooksPath = h${at}` }]),
    );
    const { rules, gaps } = await named(includes.join(''), tree);
    expect([rules.filter((line) => /r\/h\d/.test(line)).length, gaps]).toEqual([
      MAX_GIT_CONFIGS - 1,
      [`the git config of /ws/r/.git: /ws/c63 is not read, since it comes after 64 others; include fewer`],
    ]);
  });
  describe('as much as there may be, in shares', () => {
    /** Two repositories, of which the second asks for what there is not. */
    async function both(
      r: Readonly<Record<string, string>>,
      s: Readonly<Record<string, string>>,
    ): Promise<{ readonly r: number; readonly s: number; readonly gaps: readonly string[] }> {
      const withCommon = { commondir: '.', ...s };
      const texts = [
        ...Object.entries(r).map(([name, text]) => [posix.join('/ws/r/.git', name), text]),
        ...Object.entries(withCommon).map(([name, text]) => [posix.join('/ws/s/.git', name), text]),
        ...['/ws/r/last', '/ws/s/last'].map((path) => [path, '']),
      ];
      const tree = Object.fromEntries(
        texts.map(([path = '', text = '']): [string, FakeFile] => [path, { text }]),
      );
      const { rules, gaps } = await named('', { '/ws/s/.git/hooks': 'directory', ...tree });
      const namedBelow = (root: string): number =>
        rules.filter((line) => line.startsWith(`read ${root}`) && !line.includes('.git')).length;
      // What is missing has a bound of its own.
      const told = gaps.filter((text) => !text.includes(' that are none now '));
      return { r: namedBelow('/ws/r/'), s: namedBelow('/ws/s/'), gaps: told };
    }

    const of = 'the git config of /ws/s/.git';
    const hooks = (count: number): string =>
      Array.from({ length: count }, (_, at) => `[core] hooksPath = h${at}\n`).join('');

    test('paths that are protected', async () => {
      // Each of them in the worktree and in the repository.
      const each = MAX_CONFIG_MOUNTS / 4;
      expect(await both({ config: hooks(each) }, { config: hooks(each + 1) })).toEqual({
        r: each,
        s: each,
        gaps: [
          `${of} names hooks, configs and programs that need more than ${2 * each} mounts, which is what it may here; let it name fewer`,
        ],
      });
    });

    test('directories that must keep their names for them', async () => {
      // Three directories above each of them.
      const each = MAX_CONFIG_MOUNTS / 2 / 4;
      const programs = Array.from({ length: each + 1 }, (_, at) => `d${at}/a/b/p`);
      const deep = Object.fromEntries(programs.map((path) => [`../${path}`, '']));
      const config = (count: number): string => `[core] pager = ${programs.slice(0, count).join(' ')}\n`;
      expect(await both({ config: config(each), ...deep }, { config: config(each + 1), ...deep })).toEqual({
        r: each,
        s: each,
        gaps: [
          `${of} names hooks, configs and programs that need more than ${4 * each} mounts, which is what it may here; let it name fewer`,
        ],
      });
    });

    test('places that are looked at, hooks first, and not where other repositories are', async () => {
      const each = MAX_CONFIG_LOOKS / 2;
      const words = (count: number): string => {
        const names = Array.from({ length: count }, (_, at) => `a/${at}`);
        const remotes = names.map((name) => `[remote "x"] url = git@example.org:${name}.git\n`).join('');
        return `${remotes}[core]\npager = /ws/none ${names.join(' ')} ./last\n${hooks(1)}`;
      };
      // Two for `commondir`, two for configs, one for the hooks, one for the path from the root, and two for all others.
      const most = (each - 10) / 2;
      expect(await both({ config: words(most) }, { config: words(most + 1) })).toEqual({
        r: 2,
        s: 1,
        gaps: [`${of} names more than ${each} places, which is what it may here; let it name fewer`],
      });
    });

    test('text that is read', async () => {
      const each = MAX_CONFIG_BYTES / 2;
      const others = each / MAX_SMALL_FILE_BYTES - 1;
      const including = Array.from({ length: others + 1 }, (_, at) => `[include] path = c${at}\n`).join('');
      const full = Object.fromEntries(
        Array.from({ length: others }, (_, at) => [`c${at}`, '#'.padEnd(MAX_SMALL_FILE_BYTES, '#')]),
      );
      const last = (size: number): string => hooks(1).padEnd(size, '#');
      const rest = MAX_SMALL_FILE_BYTES - including.length - '.'.length;
      const r = { config: including, ...full, [`c${others}`]: last(rest) };
      const s = { config: including, ...full, [`c${others}`]: last(rest + 1) };
      expect(await both(r, s)).toEqual({
        r: 1,
        s: 0,
        gaps: [`${of} has configs of more than ${each} bytes, which is what it may here; let it name fewer`],
      });
    });

    test('things that are told of', async () => {
      // Each of them in the worktree and in the repository.
      const each = MAX_CONFIG_GAPS / 4;
      const open = (count: number): string =>
        Array.from({ length: count }, (_, at) => `[core] hooksPath = h${at}/..\n`).join('');
      const { gaps } = await both({ config: open(each) }, { config: open(each + 1) });
      expect([gaps.length, gaps.filter((gap) => !gap.includes(' is named as '))]).toEqual([
        MAX_CONFIG_GAPS + 1,
        [
          `${of} leaves more open than the ${2 * each} things that are told, which is what it may here; let it name fewer`,
        ],
      ]);
    });

    test('so many repositories, and no more', () => {
      const roots = Array.from({ length: MAX_CONFIG_SHARES + 1 }, (_, at) => `/ws/${at}`);
      const tree = roots.flatMap((root): [string, FakeFile][] => [
        [`${root}/.git/config`, { text: '[core]\nfsmonitor = ./p' }],
        [`${root}/p`, { text: '' }],
      ]);
      const worktrees = new Map(roots.map((root) => [`${root}/.git`, [root]]));
      const { paths, gaps } = namedByConfigs(worktrees, ['/ws'], fakeFiles(Object.fromEntries(tree)));
      const most = MAX_CONFIG_SHARES;
      expect([paths, gaps]).toEqual([
        roots.slice(0, most).map((root) => ({ path: `${root}/p` })),
        [
          {
            path: '/ws',
            text: `what the git configs of 1 repositories name can be written, such as that of /ws/${most}/.git, since they come after ${most} others; allow fewer repositories to be written`,
          },
        ],
      ]);
    });
  });

  describe('a git config that somebody has made to keep the executor busy', () => {
    test('names many places in many worktrees, in many files', async () => {
      let count = 0;
      const lines = (key: string, length: number): string => {
        let text = '';
        while (text.length < length) text += `${key} = /${(count += 1)}\n`;
        return text;
      };
      const files = Array.from({ length: MAX_GIT_CONFIGS - 1 }, (_, at) => `i${at}`);
      const full = files.map((name): [string, FakeFile] => [
        `/ws/r/.git/${name}`,
        { text: `[core]\n${lines('worktree', 30_000)}${lines('pager', 35_000)}` },
      ]);
      const { gaps } = await named(
        files.map((name) => `[include]path=${name}\n`).join(''),
        Object.fromEntries(full),
      );
      expect(gaps).toEqual([
        `the git config of /ws/r/.git has configs of more than ${MAX_CONFIG_BYTES} bytes, which is what it may here; let it name fewer`,
        `the git config of /ws/r/.git names more than ${MAX_CONFIG_LOOKS} places, which is what it may here; let it name fewer`,
      ]);
    });

    test('is included by many repositories: it is read once', () => {
      const repositories = Array.from({ length: 20 }, (_, at) => `/ws/${at}/.git`);
      const tree = Object.fromEntries(
        repositories.map((at): [string, FakeFile] => [
          `${at}/config`,
          { text: '[include]path = ../../shared' },
        ]),
      );
      const files = fakeFiles({ ...tree, '/ws/shared': { text: '[core]hooksPath = h' } });
      const read: string[] = [];
      const readText = (path: string): string | undefined => {
        read.push(path);
        return files.readText(path);
      };
      const { paths } = namedByConfigs(new Map(repositories.map((at) => [at, [parentOf(at)]])), ['/ws'], {
        ...files,
        readText,
      });
      expect(read.filter((path) => path === '/ws/shared')).toHaveLength(1);
      expect(paths.filter(({ path }) => /\d\/h$/.test(path))).toHaveLength(repositories.length);
    });

    test('leads through links of many names: they count', () => {
      const around = 'a/../'.repeat(100);
      const links = Array.from({ length: 30 }, (_, at): [string, FakeFile] => [
        `/ws/l${at}`,
        { link: `${around}r` },
      ]);
      const paths = Array.from({ length: 200 }, (_, at) => `[core]hooksPath = /ws/l${at % 30}/${at}\n`);
      let looks = 0;
      const files = fakeFiles({
        ...GIT,
        '/ws/a': 'directory',
        '/ws/r/.git/config': { text: paths.join('') },
        ...Object.fromEntries(links),
      });
      const look = (path: string): FileFact | undefined => {
        looks += 1;
        return files.look(path);
      };
      namedByConfigs(new Map([['/ws/r/.git', ['/ws/r']]]), ['/ws'], { ...files, look });
      expect(looks).toBeLessThan(200 * 210);
    });
  });

  describe('what else git runs', () => {
    const HOLDS: Readonly<Record<string, FakeFile>> = {
      '/ws/r/tools/x': { text: '' },
      '/ws/r/tools/p': { text: '', isProgram: true },
      '/ws/r/my tools/x': { text: '' },
      '/ws/home/dev/x': { text: '' },
      '/etc/passwd': { text: 'root:x:0:0::/root:/bin/sh\ndev:x:7:7::/ws/home/dev:/bin/sh\n' },
    };

    test.each<[string, string, readonly string[]]>([
      ['a command of an alias', '[alias] a = !sh tools/x', ['/ws/r/tools/x']],
      ['a pager of one command', '[pager] log = tools/x -R', ['/ws/r/tools/x']],
      ['the other end of a remote', '[remote "o"] uploadpack = tools/x', ['/ws/r/tools/x']],
      ['a remote that is a command', '[remote "o"] url = ext::tools/x %S', ['/ws/r/tools/x']],
      ['an update of a submodule', '[submodule "s"] update = !tools/x', ['/ws/r/tools/x']],
      ['a tool by its path', '[mergetool "t"] path = tools/x', ['/ws/r/tools/x']],
      ['attributes, which choose filters', '[core] attributesFile = tools/x', ['/ws/r/tools/x']],
      ['a name with a blank', '[gpg] program = my tools/x', ['/ws/r/my tools/x', '/ws/r/tools/x']],
      ['an option of one letter', '[core] sshCommand = ssh -4 -Ftools/x', ['/ws/r/tools/x']],
      ['a quoted name', '[core] sshCommand = \\"my tools/x\\" -v', ['/ws/r/my tools/x', '/ws/r/tools/x']],
      ['a name behind a backslash', '[core] editor = my\\\\ tools/x', ['/ws/r/my tools/x', '/ws/r/tools/x']],
      [
        'what a shell in it runs',
        `[core] pager = sh -c 'A=tools/x && tools/p'`,
        ['/ws/r/tools/p', '/ws/r/tools/x'],
      ],
      ['a program by a key that is not known', '[x "y"] z = tools/p', ['/ws/r/tools/p']],
      ['a file by such a key', '[x "y"] z = tools/x', []],
      ['a file that people write', '[commit] template = tools/p', []],
      ['a branch', '[branch "b"] merge = tools/p', []],
      ['an address', '[remote "o"] url = https:/tools/p', []],
      ['hooks of new repositories', '[init] templateDir = tools', ['/ws/r/.git/tools/', '/ws/r/tools']],
      ['hooks in a home', '[core] hooksPath = ~dev/h', ['/ws/home/dev/h/']],
    ])('%s', async (_, config, paths) => {
      expect(await named(config, HOLDS)).toEqual({ rules: paths.map((path) => `read ${path}`), gaps: [] });
    });

    test('a program that is reached by a link is told', async () => {
      const tree: Readonly<Record<string, FakeFile>> = {
        '/ws/r/tools/x': { link: '../impl/x' },
        '/ws/r/impl/x': { text: '' },
      };
      expect(await named('[core] fsmonitor = tools/x', tree)).toEqual({
        rules: ['read /ws/r/impl/x'],
        gaps: [
          'the git config of /ws/r/.git: /ws/r/tools/x is a link on the way to /ws/r/impl/x, and could be replaced',
        ],
      });
    });

    test('of several worktrees that one file names, the last counts', async () => {
      const config = '[core]\nworktree = ../../a\nworktree = ../../b\nhooksPath = h';
      const { rules } = await named(config);
      expect(rules).toEqual(['read /ws/b/', 'read /ws/r/.git/h/', 'read /ws/r/h/']);
    });
  });

  describe('where only a part of a repository may be written', () => {
    const CONFIG = '[core]\nhooksPath = hooks\nfsmonitor = fsm';

    test('a linked worktree: what the config of the repository names in it', async () => {
      const tree: Readonly<Record<string, FakeFile>> = {
        '/main/.git/config': { text: '[core]\nhooksPath = hooks\nfsmonitor = tools/x' },
        '/main/.git/config.worktree': { text: '[core]\npager = tools/y' },
        '/main/.git/worktrees/wt/commondir': { text: '../..\n' },
        '/wt/.git': { text: 'gitdir: /main/.git/worktrees/wt' },
        '/wt/tools/x': { text: '' },
        '/wt/tools/y': { text: '' },
      };
      const { policy, gaps } = await applyToFakes(policyOf(['write /wt']), BARE_CEILING, tree);
      expect([linesOf(policy.rules), gaps]).toEqual([
        ['write /wt', 'read /wt/.git', 'read /wt/hooks/', 'read /wt/tools/x', 'read /wt/tools/y'],
        [],
      ]);
    });

    test.each<[string, Readonly<Record<string, FakeFile>>]>([
      ['the directory of a repository', { '/r/.git/config': { text: CONFIG } }],
      ['a file that points to it', { '/r/.git': { text: 'gitdir: ../g' }, '/g/config': { text: CONFIG } }],
    ])('a directory below %s: what its config names in it', async (_, tree) => {
      const all = Object.entries({ ...tree, '/r/a/app/fsm': { text: '' } });
      const texts = all.map(([path, file]): [string, FakeFile] => {
        if (typeof file === 'string' || !('text' in file)) return [path, file];
        return [
          path,
          { text: file.text.replace('= hooks', '= a/app/hooks').replace('= fsm', '= a/app/fsm') },
        ];
      });
      const { policy, gaps } = await applyToFakes(
        policyOf(['write /r/a/app']),
        BARE_CEILING,
        Object.fromEntries(texts),
      );
      expect([linesOf(policy.rules), gaps]).toEqual([
        ['write /r/a/app', 'read /r/a/app/fsm', 'read /r/a/app/hooks/'],
        [],
      ]);
    });
  });
});
