import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { createExecutorConfig, type ExecutorConfig, type ReadConfined } from './executor-config.js';

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

  async read(configPaths: string[][], requirementsPaths: string[][] = [], readConfined?: ReadConfined) {
    return await this.config.read({ cwd: 'file:///', configPaths, requirementsPaths }, readConfined);
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
  ['a value that is missing', 'a = 1\nmodel = \n', 'invalid value (line 2, column 9)'],
  ['a line that is none', '  secret line\n', 'illegal character in key (line 1, column 10)'],
  ['a word for a value', 'model = secret\n', 'invalid value (line 1, column 9)'],
  [
    'a name that is there twice',
    'secret = 1\nsecret = 2\n',
    'trying to redefine an already defined table or value (line 2, column 1)',
  ],
  ['a date that is none', 'secret = 2026-99-99\n', 'invalid date (line 1, column 10)'],
])(
  'what is no TOML, such as %s, is refused, with the place in the file and nothing of its text',
  async (_what, text, reason) => {
    using executor = new Executor();
    const path = join(executor.user, 'config.toml');
    writeFileSync(path, text);
    await expect(executor.read([['model']])).rejects.toMatchObject({
      kind: 'configUnreadable',
      code: -32603,
      message: `${path} cannot be read: Invalid TOML document: ${reason}`,
    });
  },
);

test('what is too large is refused, naming the file', async () => {
  using executor = new Executor();
  const path = join(executor.user, 'config.toml');
  writeFileSync(path, `x = "${'x'.repeat(128 * 1024)}"`);
  await expect(executor.read([['model']])).rejects.toMatchObject({
    kind: 'configUnreadable',
    message: `${path} cannot be read: ${JSON.stringify(path)} is larger than 131072 bytes; open it with fs/open and read blocks`,
  });
});

describe('where something confines who asks', () => {
  const notFound: ReadConfined = (path) =>
    Promise.reject(new ExecError('fileNotFound', `${path.toString()} does not exist`));

  test('what it is shown is told, and nothing else is read', async () => {
    using executor = new Executor();
    const { user, system } = executor;
    writeFileSync(join(user, 'config.toml'), 'model = "outside"\n');
    const asked: unknown[] = [];
    const { config } = await executor.read([['model']], [['model']], (path, limitBytes) => {
      asked.push([path.toString(), limitBytes]);
      return Promise.resolve(Buffer.from('model = "inside"\n'));
    });
    expect(config.layers.map(({ toml }) => toml)).toEqual(Array(3).fill('model = "inside"\n'));
    expect(asked).toEqual(
      [
        join(system, 'config.toml'),
        join(user, 'config.toml'),
        join(system, 'managed_config.toml'),
        join(system, 'requirements.toml'),
      ].map((path) => [path, 128 * 1024]),
    );
  });

  test('what the user has set and it is not shown is missing', async () => {
    using executor = new Executor();
    writeFileSync(join(executor.user, 'config.toml'), USER);
    const { config, requirements } = await executor.read([['model']], [['model']], notFound);
    expect([config.layers, requirements.layers]).toEqual([[], []]);
  });

  test('what an administrator has set and it is not shown is refused, rather than taken for missing', async () => {
    using executor = new Executor();
    const path = join(executor.system, 'requirements.toml');
    writeFileSync(path, 'model = "required"\n');
    await expect(executor.read([['model']], [['model']], notFound)).rejects.toMatchObject({
      kind: 'configUnreadable',
      message: `${path} cannot be read: it is there, and is not shown to who asks`,
    });
  });

  test('that it was ended meanwhile is told as that, for then it can be asked again', async () => {
    using executor = new Executor();
    const ended = new ExecError('outcomeUnknown', 'its sandbox ended');
    await expect(executor.read([['model']], [], () => Promise.reject(ended))).rejects.toBe(ended);
  });
});

test('what is longer by itself than any file may be is refused', async () => {
  using executor = new Executor();
  writeFileSync(join(executor.user, 'config.toml'), `x = [${'1,'.repeat(60_000)}]\n`);
  await expect(executor.read([['x']])).rejects.toMatchObject({
    kind: 'configUnreadable',
    message: `${join(executor.user, 'config.toml')} cannot be read: what is asked for has 180007 characters as TOML, and 131072 are answered at most`,
  });
});
