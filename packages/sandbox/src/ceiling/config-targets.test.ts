import { describe, expect, test } from 'vitest';
import type { FakeFile } from '../files/testing/fake-files.js';
import {
  MAX_CONFIG_BYTES,
  MAX_CONFIG_LOOKS,
  MAX_CONFIG_SHARES,
  MAX_CONFIG_TARGETS,
  MAX_GIT_CONFIGS,
  MAX_SMALL_FILE_BYTES,
} from '../limits.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import type { Ceiling } from './ceiling.js';
import { shareForEach } from './config-budget.js';
import { applyToFakes } from './testing/apply-to-fakes.js';

describe('what the config of a repository names', () => {
  const ceiling: Ceiling = { maximum: undefined, protectedNames: [], protectedIfThere: [], hidden: [] };
  const GIT: Readonly<Record<string, FakeFile>> = {
    '/ws/r/.git/hooks': 'directory',
    '/ws/r/.git/commondir': { text: '.' },
  };
  const KEPT = ['write /ws', 'read /ws/r/.git/commondir', 'read /ws/r/.git/config', 'read /ws/r/.git/hooks'];

  async function named(
    config: string,
    tree: Readonly<Record<string, FakeFile>> = {},
    lines: readonly string[] = ['write /ws'],
  ): Promise<{ readonly rules: readonly string[]; readonly gaps: readonly string[] }> {
    const all = { ...GIT, '/ws/r/.git/config': { text: config }, ...tree };
    const { policy, gaps } = await applyToFakes(policyOf(lines), ceiling, all);
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

  test('in every worktree of it', async () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/r/.git/worktrees/a/gitdir': { text: '/ws/a/.git\n' },
      '/ws/r/.git/worktrees/a/commondir': { text: '../..' },
      '/ws/r/.git/worktrees/a/config.worktree': { text: '[core]\nhooksPath = own' },
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
      'read /ws/lib/own',
      'read /ws/r/own/',
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
      rules: ['read /ws/r/huge', 'read /ws/r/real'],
      gaps: [
        `${of} /ws/r is named as /ws/r/., ${holds}`,
        `${of} /ws is named as /ws/r/.., ${holds}`,
        `${of} /ws/r/linked is a link on the way to /ws/r/real, and could be replaced`,
      ],
    });
  });

  test('as many configs are read as there may be, and no more', async () => {
    const includes = Array.from({ length: MAX_GIT_CONFIGS }, (_, at) => `[include] path = /ws/c${at}\n`);
    const tree = Object.fromEntries(
      includes.map((_, at): [string, FakeFile] => [`/ws/c${at}`, { text: `[core] hooksPath = h${at}` }]),
    );
    const { rules, gaps } = await named(includes.join(''), tree);
    expect([rules.filter((line) => /h\d/.test(line)).length, gaps]).toEqual([
      MAX_GIT_CONFIGS - 1,
      [`the git config of /ws/r/.git: /ws/c63 is not read, since it comes after 64 others; include fewer`],
    ]);
  });
  describe('as much as there may be, in equal shares', () => {
    /** Two repositories, of which the second asks for what there is not. */
    async function both(
      r: Readonly<Record<string, string>>,
      s: Readonly<Record<string, string>>,
    ): Promise<{ readonly r: number; readonly s: number; readonly gaps: readonly string[] }> {
      const texts = [
        ...Object.entries(r).map(([name, text]) => [`/ws/r/.git/${name}`, text]),
        ...Object.entries({ commondir: '.', ...s }).map(([name, text]) => [`/ws/s/.git/${name}`, text]),
        ...['/ws/r/last', '/ws/s/last'].map((path) => [path, '']),
      ];
      const tree = Object.fromEntries(
        texts.map(([path = '', text = '']): [string, FakeFile] => [path, { text }]),
      );
      const { rules, gaps } = await named('', { '/ws/s/.git/hooks': 'directory', ...tree });
      const namedBelow = (root: string): number =>
        rules.filter((line) => line.startsWith(`read ${root}`) && !line.includes('.git')).length;
      return { r: namedBelow('/ws/r/'), s: namedBelow('/ws/s/'), gaps };
    }

    const of = 'the git config of /ws/s/.git';
    const hooks = (count: number): string =>
      Array.from({ length: count }, (_, at) => `[core] hooksPath = h${at}\n`).join('');

    test('paths that are protected', async () => {
      const each = MAX_CONFIG_TARGETS / 2;
      expect(await both({ config: hooks(each) }, { config: hooks(each + 1) })).toEqual({
        r: each,
        s: each,
        gaps: [
          `${of} names more than ${each} hooks, configs and programs to protect, which is what it may here; let it name fewer`,
        ],
      });
    });

    test('places that are looked at, hooks first', async () => {
      const each = MAX_CONFIG_LOOKS / 2;
      const words = (count: number): string => {
        const names = Array.from({ length: count }, (_, at) => `a/${at}`);
        return `[core]\npager = ${names.join(' ')} ./last\n${hooks(1)}`;
      };
      expect(await both({ config: words(each - 2) }, { config: words(each - 1) })).toEqual({
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
      const rest = MAX_SMALL_FILE_BYTES - including.length;
      const r = { config: including, ...full, [`c${others}`]: last(rest) };
      const s = { config: including, ...full, [`c${others}`]: last(rest + 1) };
      expect(await both(r, s)).toEqual({
        r: 1,
        s: 0,
        gaps: [`${of} has configs of more than ${each} bytes, which is what it may here; let it name fewer`],
      });
    });

    test('shares of many become no smaller', () => {
      const smallest = shareForEach(MAX_CONFIG_SHARES);
      expect(smallest).toEqual({ bytes: 4096, looks: 8, targets: 1 });
      expect([shareForEach(MAX_CONFIG_SHARES + 1), shareForEach(2 * MAX_CONFIG_SHARES)]).toEqual([
        smallest,
        smallest,
      ]);
    });
  });
});
