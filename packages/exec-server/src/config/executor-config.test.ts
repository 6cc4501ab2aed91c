import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { createExecutorConfig, type ExecutorConfig } from './executor-config.js';

/** An executor with configuration files of this test. */
class Executor implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
  readonly user = join(this.root, 'home/.codex');
  readonly system = join(this.root, 'etc');
  readonly config: ExecutorConfig = createExecutorConfig({
    userHome: join(this.root, 'home'),
    codexHome: this.user,
    systemDirectory: this.system,
    hostname: 'devbox',
  });

  constructor() {
    mkdirSync(this.user, { recursive: true });
    mkdirSync(this.system);
  }

  async read(configPaths: string[][], requirementsPaths: string[][] = []) {
    return await this.config.read({ cwd: 'file:///', configPaths, requirementsPaths });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

const USER = `
model = "abc" # which one
big = 9223372036854775807
[mcp_servers.a]
command = "x"
args = ["1", "2"]
since = 1979-05-27T07:32:00Z
[mcp_servers.a.env]
A = "b"
[other]
x = 1
`;

const uri = (path: string): string => pathToFileURL(path).href;

test('what was asked for of each file comes, the weakest first, with the place for what the client has', async () => {
  using executor = new Executor();
  const { root, user, system } = executor;
  writeFileSync(join(user, 'config.toml'), USER);
  writeFileSync(join(system, 'config.toml'), 'model = "everybody"\n[mcp_servers.s]\ncommand = "q"\n');
  writeFileSync(join(system, 'managed_config.toml'), 'model = "managed"\n');
  writeFileSync(join(system, 'requirements.toml'), '[mcp_servers.a]\nidentity = 1\n[hidden]\nx = 1\n');
  const paths = [['model'], ['mcp_servers', 'a', 'command'], ['nothing'], ['model', 'below']];
  expect(await executor.read(paths, [['mcp_servers']])).toEqual({
    userHomeDir: uri(join(root, 'home')),
    codexHomeDir: uri(user),
    hostname: 'devbox',
    config: {
      layers: [
        {
          source: `system (${system}/config.toml)`,
          baseDir: uri(system),
          toml: 'model = "everybody"\n',
        },
        {
          source: `user (${user}/config.toml)`,
          baseDir: uri(user),
          toml: 'model = "abc"\n\n[mcp_servers.a]\ncommand = "x"\n',
        },
        {
          source: `legacy managed_config.toml (${system}/managed_config.toml)`,
          baseDir: uri(system),
          toml: 'model = "managed"\n',
        },
      ],
      cloudInsertionIndex: 1,
    },
    requirements: {
      layers: [
        {
          source: `${system}/requirements.toml`,
          baseDir: uri(system),
          toml: '[mcp_servers.a]\nidentity = 1\n',
        },
      ],
      cloudInsertionIndex: 1,
    },
  });
});

test('values keep their types and every digit', async () => {
  using executor = new Executor();
  writeFileSync(join(executor.user, 'config.toml'), USER);
  const { config } = await executor.read([['big'], ['mcp_servers', 'a']]);
  expect(config.layers.map(({ toml }) => toml)).toEqual([
    'big = 9223372036854775807\n\n[mcp_servers.a]\ncommand = "x"\nargs = [ "1", "2" ]\nsince = 1979-05-27T07:32:00.000Z\n\n[mcp_servers.a.env]\nA = "b"\n',
  ]);
});

test('files that are not there, and those with nothing of it, make no layer', async () => {
  using executor = new Executor();
  writeFileSync(join(executor.user, 'config.toml'), USER);
  expect(await executor.read([['nothing']], [['nothing']])).toMatchObject({
    config: { layers: [], cloudInsertionIndex: 0 },
    requirements: { layers: [], cloudInsertionIndex: 0 },
  });
});

test.each([
  ['what is no TOML', 'model = \n', /config\.toml cannot be read: Invalid TOML document/],
  ['what is too large', `x = "${'x'.repeat(1024 * 1024)}"`, /config\.toml cannot be read: .* is larger than/],
])('%s is refused, naming the file', async (_what, text, message) => {
  using executor = new Executor();
  writeFileSync(join(executor.user, 'config.toml'), text);
  await expect(executor.read([['model']])).rejects.toMatchObject({
    kind: 'configUnreadable',
    code: -32603,
    message: expect.stringMatching(message) as string,
  });
});

test('what is longer by itself than any file may be is refused', async () => {
  using executor = new Executor();
  const name = 'x'.repeat(500_000);
  const tables = ['a = {b = {}}', 'c = {d = {}}', 'e = {f = {}}'].join('\n');
  writeFileSync(join(executor.user, 'config.toml'), `[${name}]\n${tables}\n`);
  await expect(executor.read([[name]])).rejects.toMatchObject({
    kind: 'configUnreadable',
    message: `${join(executor.user, 'config.toml')} cannot be read: what is asked for has 1500021 characters as TOML, and 1048576 are answered at most`,
  });
});
