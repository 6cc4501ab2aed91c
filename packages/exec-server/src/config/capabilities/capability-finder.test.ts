import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MAX_CAPABILITY_YAML_LENGTH, type RootCapabilities } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { type CapabilityFinder, createCapabilityFinder } from './capability-finder.js';

const MANIFEST = '.codex-plugin/plugin.json';

/** An executor with plugins and skills of this test. */
class Executor implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'holdfast-capabilities-'));
  readonly finder: CapabilityFinder = createCapabilityFinder({
    userHome: join(this.root, 'home'),
    codexHome: join(this.root, 'codex'),
    systemDirectory: join(this.root, 'etc'),
    hostname: 'devbox',
  });

  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), content);
    }
  }

  uri(path: string): string {
    return pathToFileURL(join(this.root, path)).href;
  }

  /** A file as it travels. */
  file(path: string, contents: string): { readonly path: string; readonly contents: string } {
    return { path: this.uri(path), contents };
  }

  async below(path: string): Promise<RootCapabilities> {
    return await this.finder.below({ id: 'r', path: Buffer.from(join(this.root, path)) });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

function skill(name: string, description: string, more = ''): string {
  return `---\nname: ${name}\ndescription: ${description}\n${more}---\nDo it.\n`;
}

describe('below a directory', () => {
  test('a plugin is found with its declared files, and its skills with what lies beside them', async () => {
    const manifest = '{"mcpServers":"./servers.json","apps":"./more/apps.json"}';
    using executor = new Executor({
      [`p/${MANIFEST}`]: manifest,
      'p/.claude-plugin/plugin.json': '{"name":"passed over"}',
      'p/servers.json': 'servers',
      'p/more/apps.json': 'apps',
      'p/skills/b/SKILL.md': 'B',
      'p/skills/.a/SKILL.md': 'A',
      'p/skills/.a/agents/openai.yaml': 'settings',
      'p/inner/.cursor-plugin/plugin.json': 'inner',
    });
    expect(await executor.below('p')).toEqual({
      id: 'r',
      path: executor.uri('p'),
      plugin: {
        manifest: executor.file(`p/${MANIFEST}`, manifest),
        mcpConfig: executor.file('p/servers.json', 'servers'),
        appsConfig: executor.file('p/more/apps.json', 'apps'),
      },
      skills: [
        {
          instructions: executor.file('p/skills/.a/SKILL.md', 'A'),
          metadata: executor.file('p/skills/.a/agents/openai.yaml', 'settings'),
        },
        { instructions: executor.file('p/skills/b/SKILL.md', 'B'), metadata: null },
      ],
      namespaceManifests: [
        executor.file(`p/${MANIFEST}`, manifest),
        executor.file('p/inner/.cursor-plugin/plugin.json', 'inner'),
      ],
      warnings: [],
      error: null,
    });
  });

  test('the plugin that a directory lies in is named, though the directory is none', async () => {
    using executor = new Executor({ [`p/${MANIFEST}`]: 'outer', 'p/skills/a/SKILL.md': 'A' });
    expect(await executor.below('p/skills')).toMatchObject({
      plugin: null,
      namespaceManifests: [executor.file(`p/${MANIFEST}`, 'outer')],
    });
  });

  test.each([
    ['nothing', '{}', 'usual', 'usual'],
    ['no JSON', 'nothing of it', 'usual', 'usual'],
    ['servers in the manifest itself', '{"mcpServers":{"a":{}}}', undefined, 'usual'],
    ['files that are not there', '{"mcpServers":"./none","apps":"./none"}', undefined, undefined],
    ['other types', '{"mcpServers":[1],"apps":{}}', 'usual', 'usual'],
  ])('a manifest that declares %s', async (_what, manifest, servers, apps) => {
    using executor = new Executor({
      [`p/${MANIFEST}`]: manifest,
      'p/.mcp.json': 'usual',
      'p/.app.json': 'usual',
    });
    const { plugin, warnings } = await executor.below('p');
    expect([plugin?.mcpConfig?.contents, plugin?.appsConfig?.contents, warnings]).toEqual([
      servers,
      apps,
      [],
    ]);
  });

  test.each([
    'servers.json',
    './../outside.json',
    './a\\..\\..\\outside.json',
    './/etc/hostname',
    '/etc/hostname',
    './',
  ])('a declared path that does not stay below the plugin is not read: %s', async (path) => {
    using executor = new Executor({
      [`p/${MANIFEST}`]: JSON.stringify({ mcpServers: path }),
      'p/servers.json': 'taken by mistake',
      'outside.json': 'secret',
      'p/.mcp.json': 'usual',
    });
    const { plugin, warnings } = await executor.below('p');
    expect([plugin?.mcpConfig?.contents, warnings]).toEqual([
      'usual',
      [
        `mcpServers of ${executor.uri(`p/${MANIFEST}`)} is passed over: it must begin with ./ and stay below the plugin`,
      ],
    ]);
  });

  test('files that cannot be told are left out, and a warning names each', async () => {
    using executor = new Executor({
      'large/SKILL.md': 'x'.repeat(1024 * 1024 + 1),
      'largest/SKILL.md': 'x'.repeat(1024 * 1024),
      'bytes/SKILL.md': Buffer.from([0x66, 0xff]),
    });
    const { skills, warnings } = await executor.below('.');
    expect(skills.map(({ instructions }) => instructions.path)).toEqual([executor.uri('largest/SKILL.md')]);
    expect(warnings).toEqual([
      `${executor.uri('bytes/SKILL.md')} is left out: it is not UTF-8`,
      expect.stringMatching(/large\/SKILL\.md is left out: .* is larger than 1048576 bytes/) as string,
    ]);
  });

  test('of more than 16 MiB the rest is left out, but for what still fits', async () => {
    const large = 'x'.repeat(1024 * 1024 - 1);
    const files: Record<string, string> = { 'z/SKILL.md': 'small' };
    for (let at = 10; at < 28; at += 1) files[`s${at}/SKILL.md`] = large;
    using executor = new Executor(files);
    const { skills, warnings } = await executor.below('.');
    expect(skills.map(({ instructions }) => instructions.contents.length)).toEqual([
      ...Array.from({ length: 16 }, () => large.length),
      5,
    ]);
    expect(warnings).toEqual(
      [26, 27].map(
        (at) =>
          `${executor.uri(`s${at}/SKILL.md`)} is left out: the files found with it are too large together`,
      ),
    );
  });

  test('it is looked six levels deep, through links to directories, once into each', async () => {
    using executor = new Executor({
      'r/1/2/3/4/5/6/SKILL.md': 'six',
      'r/1/2/3/4/5/6/7/SKILL.md': 'seven',
      'elsewhere/SKILL.md': 'linked',
    });
    symlinkSync('../elsewhere', join(executor.root, 'r/link'));
    symlinkSync('.', join(executor.root, 'r/again'));
    const { skills, warnings } = await executor.below('r');
    expect(skills.map(({ instructions }) => instructions.contents)).toEqual(['six', 'linked']);
    expect(warnings).toEqual([]);
  });

  test('what the kernel shows as a file is none, by whatever link', async () => {
    using executor = new Executor({ [`p/${MANIFEST}`]: '{}', 'p/.app.json': 'apps' });
    symlinkSync('/proc/version', join(executor.root, 'p/.mcp.json'));
    expect((await executor.below('p')).plugin).toEqual({
      manifest: executor.file(`p/${MANIFEST}`, '{}'),
      mcpConfig: null,
      appsConfig: executor.file('p/.app.json', 'apps'),
    });
  });

  test('what cannot be looked through says so', async () => {
    using executor = new Executor({ file: '', 'r/SKILL.md': 'found' });
    const found = await Promise.all(['none', 'file', 'r'].map((path) => executor.below(path)));
    expect(found.map(({ skills, error }) => [skills.length, error])).toEqual([
      [0, `${JSON.stringify(join(executor.root, 'none'))} does not exist (ENOENT)`],
      [0, `${executor.uri('file')} is not a directory`],
      [1, null],
    ]);
  });
});

describe('what is installed', () => {
  test('is the version of each plugin that counts, with its skills under its name', async () => {
    const cache = 'codex/plugins/cache';
    using executor = new Executor({
      [`${cache}/shop/one/1.9.0/${MANIFEST}`]: 'older',
      [`${cache}/shop/one/1.10.0/${MANIFEST}`]: '{"name":"first","interface":{"displayName":" First "}}',
      [`${cache}/shop/one/1.10.0/s/SKILL.md`]: skill('s', 'd'),
      [`${cache}/shop/one/1.10.0/inner/.claude-plugin/plugin.json`]: '{}',
      [`${cache}/shop/one/1.10.0/inner/t/SKILL.md`]: skill('t', 'd'),
      [`${cache}/shop/one/.codex-remote-plugin-install.json`]:
        '{"schema_version":1,"remote_plugin_id":" far "}',
      [`${cache}/shop/two/9.0.0/${MANIFEST}`]: 'newer',
      [`${cache}/shop/two/local/${MANIFEST}`]: '{"name":"second"}',
      [`${cache}/sh op/no/local/${MANIFEST}`]: '{}',
      [`${cache}/shop/broken/local/${MANIFEST}`]: 'broken',
    });
    const root = (path: string): string => `${cache}/shop/${path}`;
    const summary = (name: string, path: string): object => ({
      name,
      description: 'd',
      shortDescription: null,
      path: executor.uri(root(path)),
      dependencies: null,
      policy: null,
    });
    const files = (path: string, contents: string): object => ({
      manifest: executor.file(root(`${path}/${MANIFEST}`), contents),
      mcpConfig: null,
      appsConfig: null,
    });
    expect(await executor.finder.installed()).toEqual({
      plugins: [
        {
          id: 'one@shop',
          displayName: 'First',
          remotePluginId: 'far',
          version: '1.10.0',
          root: executor.uri(root('one/1.10.0')),
          files: files('one/1.10.0', '{"name":"first","interface":{"displayName":" First "}}'),
          skills: [
            summary('inner:t', 'one/1.10.0/inner/t/SKILL.md'),
            summary('first:s', 'one/1.10.0/s/SKILL.md'),
          ],
        },
        {
          id: 'two@shop',
          displayName: 'second',
          remotePluginId: null,
          version: 'local',
          root: executor.uri(root('two/local')),
          files: files('two/local', '{"name":"second"}'),
          skills: [],
        },
      ],
      skills: [],
      warnings: [
        `${executor.uri(root('broken/local'))} is left out: it has no manifest of a plugin that can be read`,
      ],
    });
  });

  test('are the skills of the user and of the machine, and nothing of a project', async () => {
    using executor = new Executor({
      'codex/skills/a/SKILL.md': skill('a', 'of Codex'),
      'home/.agents/skills/b/SKILL.md': skill('b', 'of the user'),
      'etc/skills/c/SKILL.md': skill('c', 'of the machine'),
      'codex/skills/headless/SKILL.md': 'no head',
    });
    const { skills, warnings } = await executor.finder.installed();
    expect(skills.map(({ name, description, discoveryRoot }) => [name, description, discoveryRoot])).toEqual([
      ['a', 'of Codex', { id: 'codex-home-skills', path: executor.uri('codex/skills') }],
      ['b', 'of the user', { id: 'user-agent-skills', path: executor.uri('home/.agents/skills') }],
      ['c', 'of the machine', { id: 'system-skills', path: executor.uri('etc/skills') }],
    ]);
    expect(warnings).toEqual([
      `${executor.uri('codex/skills/headless/SKILL.md')} is left out: it does not begin with a head between two lines ---`,
    ]);
  });

  test('names each file that is left out, and why', async () => {
    using executor = new Executor({
      'codex/skills/bytes/SKILL.md': Buffer.from([0x66, 0xff]),
      'codex/skills/long/SKILL.md': skill('n'.repeat(65), 'd'),
      'codex/skills/odd/SKILL.md': skill('odd', 'd'),
      'codex/skills/odd/agents/openai.yaml': 'policy: [',
      'codex/skills/wide/SKILL.md': skill('wide', 'd'.repeat(MAX_CAPABILITY_YAML_LENGTH)),
    });
    const { skills, warnings } = await executor.finder.installed();
    expect(skills.map(({ name }) => name)).toEqual(['odd']);
    expect(warnings).toEqual([
      `${executor.uri('codex/skills/bytes/SKILL.md')} is left out: it is not UTF-8`,
      `${executor.uri('codex/skills/long/SKILL.md')} is left out: its name has more than 64 characters`,
      `${executor.uri('codex/skills/odd/agents/openai.yaml')} is left out: it is no YAML of settings of a skill`,
      `${executor.uri('codex/skills/wide/SKILL.md')} is left out: its head has more than 16384 characters`,
    ]);
  });

  test('says so where the place for plugins is no directory', async () => {
    using executor = new Executor({ 'codex/plugins/cache': '' });
    expect((await executor.finder.installed()).warnings).toEqual([
      expect.stringMatching(
        /^file:.*\/codex\/plugins\/cache is left out: .* no directory \(ENOTDIR\)$/,
      ) as string,
    ]);
  });

  // Nothing is kept from root.
  test.skipIf(process.getuid?.() === 0)(
    'has every plugin that can be read, and names the directories that cannot',
    async () => {
      const cache = 'codex/plugins/cache';
      using executor = new Executor({
        [`${cache}/closed/p/local/${MANIFEST}`]: '{}',
        [`${cache}/shop/closed/local/${MANIFEST}`]: '{}',
        [`${cache}/shop/good/local/${MANIFEST}`]: '{}',
      });
      const closed = [`${cache}/closed`, `${cache}/shop/closed`];
      const setModes = (mode: number): void => {
        for (const path of closed) chmodSync(join(executor.root, path), mode);
      };
      setModes(0);
      const { plugins, warnings } = await executor.finder.installed();
      setModes(0o700);
      expect(plugins.map(({ id }) => id)).toEqual(['good@shop']);
      expect(warnings).toEqual(
        closed.map((path) => expect.stringMatching(`^${executor.uri(path)} is left out: .*EACCES`) as string),
      );
    },
  );

  test.each([
    ['1.0.0', 'v2.0.0', 'v2.0.0'],
    ['1.0.0', 'v0.9.0', 'v0.9.0'],
    ['1.9.0', '1.10.0', '1.10.0'],
    ['1.0.0-rc.1', '1.0.0', '1.0.0'],
  ])('of %s and %s the version that counts is %s', async (one, other, active) => {
    const cache = 'codex/plugins/cache/shop/p';
    using executor = new Executor({
      [`${cache}/${one}/${MANIFEST}`]: '{}',
      [`${cache}/${other}/${MANIFEST}`]: '{}',
    });
    const { plugins } = await executor.finder.installed();
    expect(plugins.map(({ version }) => version)).toEqual([active]);
  });

  test('is nothing on an executor without any of it', async () => {
    using executor = new Executor({});
    expect(await executor.finder.installed()).toEqual({ plugins: [], skills: [], warnings: [] });
  });
});
