import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { eventually } from '../deadline.js';
import { startServer } from '../harness.js';
import { descendants } from '../process-table.js';
import type { Answer } from '../raw-client.js';
import { base64 } from '../runs.js';
import {
  recordsOf,
  restricted,
  type SandboxPlace,
  sandboxOf,
  sandboxPlace,
  special,
  WORKSPACE_WRITE,
} from './sandbox-profiles.js';
import { describeConfinedByEach } from './sandbox-users.js';

// Each wait has a deadline of its own, and a busy machine needs many of them: what hangs is to fail by name.
vi.setConfig({ testTimeout: 120_000 });

/** More than is read at once. */
const LARGE_BYTES = 5_000_000;

/** The workspace can be written, but for a directory that cannot be read either. */
const PARTLY = restricted([
  special('root', 'read'),
  special('project_roots', 'write'),
  special('project_roots', 'none', 'private'),
]);

describeConfinedByEach(
  ({ name }) => `file requests that ${name} confines`,
  (user) => {
    /** A server with a client, and a workspace for it; nothing may be left of any sandbox. */
    async function inPlace(
      run: (ask: Ask, place: SandboxPlace, server: number) => Promise<void>,
      args: readonly string[] = [],
    ): Promise<void> {
      await using place = await sandboxPlace(user);
      {
        await using server = await startServer({ ...place.server, args });
        await using client = await server.connect();
        await client.initialize({ files: 1 });
        await run((method, params) => client.request(method, params), place, server.pid);
      }
      expect(recordsOf(place)).toEqual([]);
      expect(readdirSync(place.workspace).filter((name) => name.startsWith('.'))).toEqual([]);
    }

    test('do what the same requests do without a sandbox, where it allows it', async () => {
      await inPlace(async (ask, place) => {
        const sandbox = sandboxOf(WORKSPACE_WRITE, place);
        const both = async (method: string, params: Params): Promise<void> => {
          const inside = await ask(method, { ...params, sandbox });
          expect([method, inside]).toEqual([method, await ask(method, params)]);
          expect(inside.error).toBeUndefined();
        };
        const at = (name: string): { readonly path: string } => ({ path: uriOf(place.workspace, name) });
        expect(await ask('fs/createDirectory', { ...at('d/e'), sandbox })).toEqual({ result: {} });
        expect(await ask('fs/writeFile', { ...at('d/f'), dataBase64: base64('text'), sandbox })).toEqual({
          result: {},
        });
        const copied = { sourcePath: at('d/f').path, destinationPath: at('d/g').path, recursive: false };
        expect(await ask('fs/copy', { ...copied, sandbox })).toEqual({ result: {} });
        expect(readFileSync(join(place.workspace, 'd', 'g'), 'utf8')).toBe('text');
        await both('fs/readFile', at('d/g'));
        writeFileSync(join(place.workspace, 'large'), randomBytes(LARGE_BYTES));
        await both('fs/readFile', at('large'));
        await both('fs/getMetadata', at('d/e'));
        await both('fs/canonicalize', at('d/../d/f'));
        await both('fs/readDirectory', at('d'));
        await both('fs/walk', {
          ...at('d'),
          options: { maxDepth: 3, maxDirectories: 9, maxEntries: 9, followDirectorySymlinks: false },
        });
        expect(await ask('fs/remove', { ...at('d'), sandbox })).toEqual({ result: {} });
        expect(existsSync(join(place.workspace, 'd'))).toBe(false);
      });
    });

    test('answer small files and large ones alike', async () => {
      await inPlace(async (ask, place) => {
        const sandbox = sandboxOf(WORKSPACE_WRITE, place);
        for (const bytes of [0, 65_536, 65_537, 3_000_000]) {
          const content = Buffer.alloc(bytes, 'abc');
          const file = join(place.workspace, 'file');
          writeFileSync(file, content);
          const { result } = await ask('fs/readFile', { path: pathToFileURL(file).href, sandbox });
          const { dataBase64 } = result as { readonly dataBase64: string };
          expect(Buffer.from(dataBase64, 'base64').equals(content)).toBe(true);
        }
      });
    });

    test('of many sandboxes at once wait for nothing that waits for them', async () => {
      await inPlace(async (ask, place) => {
        const content = Buffer.alloc(25 * 1024 * 1024, 'abc');
        const file = join(place.workspace, 'large');
        writeFileSync(file, content);
        const others = Array.from({ length: 5 }, (_, at) => {
          const denied = `d${String(at)}`;
          mkdirSync(join(place.workspace, denied));
          return sandboxOf(
            restricted([special('root', 'read'), special('project_roots', 'none', denied)]),
            place,
          );
        });
        const path = pathToFileURL(file).href;
        const asked = others.map((sandbox, at) =>
          at < 4
            ? ask('fs/readFile', { path, sandbox })
            : ask('fs/readDirectory', { path: uriOf(place.workspace, ''), sandbox }),
        );
        const answers = await Promise.all(asked);
        expect(answers.map(({ error }) => error)).toEqual(others.map(() => undefined));
        for (const { result } of answers.slice(0, 4)) {
          const { dataBase64 } = result as { readonly dataBase64: string };
          expect(Buffer.from(dataBase64, 'base64').equals(content)).toBe(true);
        }
      });
    });

    test('cannot do what it does not allow, not through links either', async () => {
      await inPlace(async (ask, place) => {
        const { workspace, outside } = place;
        mkdirSync(join(workspace, 'private'), { mode: 0o777 });
        writeFileSync(join(workspace, 'private', 'key'), 'secret');
        writeFileSync(join(outside, 'file'), 'outside');
        symlinkSync(outside, join(workspace, 'out'));
        symlinkSync('private/key', join(workspace, 'peek'));
        const writes = sandboxOf(WORKSPACE_WRITE, place);
        const reads = sandboxOf(restricted([special('root', 'read')]), place);
        const partly = sandboxOf(PARTLY, place);
        const attempt = async (method: string, params: Params): Promise<unknown> => {
          const { error } = await ask(method, params);
          return [error?.code, (error?.data as { readonly kind?: string } | undefined)?.kind];
        };
        const dataBase64 = base64('planted');
        const file = (folder: string, name: string): { readonly path: string } => ({
          path: uriOf(folder, name),
        });
        const options = { followSymlinks: true };
        expect([
          await attempt('fs/writeFile', { ...file(outside, 'x'), dataBase64, sandbox: writes }),
          await attempt('fs/writeFile', {
            ...file(workspace, 'out/x'),
            dataBase64,
            ...options,
            sandbox: writes,
          }),
          await attempt('fs/remove', { ...file(workspace, 'out/file'), sandbox: writes }),
          await attempt('fs/open', {
            handleId: 'w',
            ...file(workspace, 'out/y'),
            mode: 'replace',
            sandbox: writes,
          }),
          await attempt('fs/createDirectory', { ...file(workspace, 'd'), sandbox: reads }),
          await attempt('fs/readFile', { ...file(workspace, 'private/key'), sandbox: partly }),
          await attempt('fs/readFile', { ...file(workspace, 'peek'), sandbox: partly }),
          await attempt('fs/copy', {
            sourcePath: uriOf(workspace, 'private/key'),
            destinationPath: uriOf(workspace, 'copy'),
            recursive: false,
            sandbox: partly,
          }),
        ]).toEqual([
          READ_ONLY_FILES,
          READ_ONLY_FILES,
          READ_ONLY_FILES,
          READ_ONLY_FILES,
          READ_ONLY_FILES,
          DENIED,
          DENIED,
          DENIED,
        ]);
        expect(readdirSync(outside)).toEqual(['file']);
        expect(
          readdirSync(workspace)
            .filter((name) => !name.startsWith('.'))
            .sort(),
        ).toEqual(['out', 'peek', 'private']);
      });
    });

    test('stay in the sandbox in which a file was opened', async () => {
      await inPlace(async (ask, place) => {
        const sandbox = sandboxOf(WORKSPACE_WRITE, place);
        const path = uriOf(place.workspace, 'file');
        expect(await ask('fs/open', { handleId: 'w', path, mode: 'replace', sandbox })).toEqual({
          result: { handleId: 'w' },
        });
        expect(await ask('fs/writeBlock', { handleId: 'w', offset: 2, chunk: base64('cd') })).toEqual({
          result: {},
        });
        expect(await ask('fs/open', { handleId: 'w', path, sandbox })).toMatchObject({
          error: { data: { kind: 'fileHandleInUse' } },
        });
        expect(await ask('fs/close', { handleId: 'w' })).toEqual({ result: {} });
        expect(await ask('fs/open', { handleId: 'r', path, sandbox })).toMatchObject({ result: {} });
        expect(await ask('fs/readBlock', { handleId: 'r', offset: 0, len: 9 })).toEqual({
          result: { chunk: base64('\0\0cd'), eof: true },
        });
      });
    });

    test('make links and permissions where it allows it, and list them', async () => {
      await inPlace(async (ask, place) => {
        const sandbox = sandboxOf(WORKSPACE_WRITE, place);
        const inside = uriOf(place.workspace, 'file');
        const outside = uriOf(place.outside, 'file');
        writeFileSync(join(place.outside, 'file'), 'theirs', { mode: 0o640 });
        const codeOf = async (method: string, params: Params): Promise<unknown> =>
          (await ask(method, { ...params, sandbox })).error?.code ?? 'done';
        const content = { dataBase64: base64('text'), permissions: 0o604 };
        const opened = { mode: 'replace', permissions: 0o602 };
        expect([
          await codeOf('fs/writeFile', { path: inside, ...content }),
          await codeOf('fs/writeFile', { path: uriOf(place.outside, 'new'), ...content }),
          await codeOf('fs/open', { handleId: 'o', path: uriOf(place.workspace, 'opened'), ...opened }),
          await codeOf('fs/symlink', { path: uriOf(place.workspace, 'link'), targetBase64: base64('file') }),
          await codeOf('fs/symlink', { path: uriOf(place.outside, 'link'), targetBase64: base64('file') }),
          await codeOf('fs/setPermissions', { path: inside, permissions: 0o751, followSymlinks: false }),
          await codeOf('fs/setPermissions', { path: outside, permissions: 0o777 }),
        ]).toEqual(['done', -32603, 'done', 'done', -32603, 'done', -32603]);
        const { result } = await ask('fs/list', { path: uriOf(place.workspace, ''), sandbox });
        const { entries } = result as { readonly entries: readonly Params[] };
        expect(
          entries
            .filter(({ path }) => /\/(file|link|opened)$/.test(String(path)))
            .map(({ kind, permissions, targetBase64 }) => [
              kind,
              kind === 'symlink' ? undefined : permissions,
              targetBase64,
            ]),
        ).toEqual([
          ['file', 0o751, undefined],
          ['symlink', undefined, base64('file')],
          ['file', 0o602, undefined],
        ]);
        expect(await ask('fs/getMetadata', { path: inside, sandbox })).toMatchObject({
          result: { permissions: 0o751 },
        });
        expect([readdirSync(place.outside), statSync(join(place.outside, 'file')).mode & 0o777]).toEqual([
          ['file'],
          0o640,
        ]);
      });
    });

    test('are refused where they need to know who else has a file open', async () => {
      await inPlace(async (ask, place) => {
        const sandbox = sandboxOf(WORKSPACE_WRITE, place);
        const [path, named] = [uriOf(place.workspace, 'file'), uriOf(place.workspace, 'named')];
        const kept = { mode: 'replace', keep: true };
        const kindOf = async (method: string, params: Params): Promise<unknown> =>
          ((await ask(method, params)).error?.data as { readonly kind: string } | undefined)?.kind ?? 'done';
        expect([
          await kindOf('fs/open', { handleId: 'k', path, ...kept, sandbox }),
          existsSync(join(place.workspace, 'file')),
          await kindOf('fs/open', { handleId: 'inside', path, mode: 'replace', sandbox }),
          await kindOf('fs/digest', { handleId: 'inside', length: 1 }),
          await kindOf('fs/rename', { handleId: 'inside', path: named }),
          await kindOf('fs/open', { handleId: 'outside', path: uriOf(place.outside, 'file'), ...kept }),
          await kindOf('fs/rename', { handleId: 'outside', path: named, sandbox }),
        ]).toEqual([
          'sandboxUnsupported',
          false,
          'done',
          'sandboxUnsupported',
          'sandboxUnsupported',
          'done',
          'sandboxUnsupported',
        ]);
        expect(existsSync(join(place.workspace, 'named'))).toBe(false);
      });
    });

    test('see what has changed since, in a sandbox of what there is then', async () => {
      await inPlace(async (ask, place) => {
        const sandbox = sandboxOf(WORKSPACE_WRITE, place);
        const plant = (name: string): Promise<Answer> =>
          ask('fs/writeFile', { path: uriOf(place.workspace, name), dataBase64: base64('x'), sandbox });
        expect(await plant('first')).toEqual({ result: {} });
        for (const name of ['repository', 'theirs']) {
          mkdirSync(join(place.workspace, name, '.git', 'hooks'), { recursive: true });
          writeFileSync(join(place.workspace, name, '.git', 'config'), '');
        }
        // The other one nobody but its owner can write.
        for (const name of ['.git', '.git/hooks'])
          chmodSync(join(place.workspace, 'repository', name), 0o777);
        expect(await plant('repository/.git/hooks/pre-commit')).toMatchObject({
          error: { code: READ_ONLY_FILES[0] },
        });
        expect(readdirSync(join(place.workspace, 'repository', '.git', 'hooks'))).toEqual([]);
      });
    });

    test('use one helper for all that a sandbox is the same for, and get another when it is killed', async () => {
      await inPlace(async (ask, place, server) => {
        const sandbox = sandboxOf(WORKSPACE_WRITE, place);
        const path = uriOf(place.workspace, 'file');
        const write = (): Promise<Answer> => ask('fs/writeFile', { path, dataBase64: base64('x'), sandbox });
        await Promise.all(Array.from({ length: 20 }, write));
        const helpers = (): readonly number[] => helpersOf(server);
        const [helper, ...others] = helpers();
        expect([helper, others]).toEqual([expect.any(Number), []]);
        process.kill(helper ?? 0, 'SIGKILL');
        await eventually('the end of the helper', () => helpers().length === 0 || undefined);
        // The server may not have heard of it yet.
        await eventually('an answer', async () => (await write()).error === undefined || undefined);
        expect(helpers()).toHaveLength(1);
      });
    });

    test('look for plugins and skills in what it shows', async () => {
      await inPlace(async (ask, place) => {
        for (const name of ['shown', 'private']) {
          const skill = join(place.workspace, name, 'skills', 'greet');
          mkdirSync(skill, { recursive: true });
          writeFileSync(join(skill, 'SKILL.md'), '---\nname: greet\ndescription: Says hello\n---\n');
        }
        const skillsIn = async (sandbox: object | null): Promise<unknown> => {
          const roots = ['shown', 'private'].map((id) => ({ id, path: uriOf(place.workspace, id), sandbox }));
          const { result } = await ask('capabilityRoots/discoverV1', { roots });
          const found = (result as { readonly roots: readonly { readonly skills: readonly unknown[] }[] })
            .roots;
          return found.map(({ skills }) => skills.length);
        };
        expect([await skillsIn(null), await skillsIn(sandboxOf(PARTLY, place))]).toEqual([
          [1, 1],
          [1, 0],
        ]);
        const installed = (sandbox: object | null): Promise<Answer> =>
          ask('capabilities/discoverV2', { cwd: uriOf(place.workspace, ''), sandbox });
        expect(await installed(sandboxOf(WORKSPACE_WRITE, place))).toEqual(await installed(null));
      });
    });

    test('need no file of the server that the sandbox would have to show', async () => {
      await inPlace(async (ask, place) => {
        const node = pathToFileURL(dirname(dirname(realpathSync(process.execPath)))).href;
        const sandbox = sandboxOf(
          restricted([
            special('minimal', 'read'),
            special('project_roots', 'write'),
            { path: { type: 'path', path: node }, access: 'read' },
          ]),
          place,
        );
        const path = uriOf(place.workspace, 'file');
        expect(await ask('fs/writeFile', { path, dataBase64: base64('text'), sandbox })).toEqual({
          result: {},
        });
        expect(readFileSync(join(place.workspace, 'file'), 'utf8')).toBe('text');
      });
    });

    test('reach neither the memory of what carries them out nor anything that only lies in its sandbox', async () => {
      await inPlace(async (ask, place) => {
        const sandbox = sandboxOf(WORKSPACE_WRITE, place);
        const dataBase64 = base64('text');
        const memory = { handleId: 'm', path: 'file:///proc/self/mem' };
        const attempt = async (method: string, params: Params): Promise<unknown> => {
          const { error } = await ask(method, { ...params, sandbox });
          return error?.code ?? 'done';
        };
        expect([
          await attempt('fs/open', { ...memory, mode: 'replace' }),
          await attempt('fs/open', memory),
          await attempt('fs/readFile', { path: 'file:///proc/thread-self/mem' }),
          await attempt('fs/writeFile', {
            path: 'file:///proc/self/oom_score_adj',
            dataBase64: base64('1000'),
          }),
          await attempt('fs/writeFile', { path: 'file:///dev/file', dataBase64 }),
          await attempt('fs/writeFile', { path: 'file:///dev/shm/file', dataBase64 }),
          await attempt('fs/createDirectory', { path: 'file:///dev/directory' }),
          await attempt('fs/writeFile', { path: 'file:///dev/null', dataBase64 }),
          await attempt('fs/readFile', { path: 'file:///proc/self/status' }),
        ]).toEqual([-32603, -32600, -32600, -32603, -32603, -32603, -32603, 'done', 'done']);
      });
    });

    test('keep no server from its end, though their sandbox stands still', async () => {
      await using place = await sandboxPlace(user);
      const server = await startServer(place.server);
      const client = await server.connect();
      await client.initialize({ files: 1 });
      const sandbox = sandboxOf(WORKSPACE_WRITE, place);
      writeFileSync(join(place.workspace, 'file'), 'text');
      const file = { handleId: 'r', path: uriOf(place.workspace, 'file'), sandbox };
      expect(await client.request('fs/open', file)).toEqual({ result: { handleId: 'r' } });
      const [helper = 0] = helpersOf(server.pid);
      process.kill(helper, 'SIGSTOP');
      void client.request('fs/readBlock', { handleId: 'r', offset: 0, len: 1 }).catch(() => undefined);
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      expect(recordsOf(place)).toEqual([]);
    });

    test('are refused where the intent cannot be enforced', async () => {
      await inPlace(async (ask, place) => {
        const path = uriOf(place.workspace, 'file');
        const refusal = async (sandbox: object): Promise<unknown> => {
          const { error } = await ask('fs/writeFile', { path, dataBase64: '', sandbox });
          return [error?.code, error?.data, error?.message];
        };
        const unsupported = (message: string): unknown => [
          -32602,
          { kind: 'sandboxUnsupported' },
          expect.stringMatching(message),
        ];
        const { cwd: _, ...withoutCwd } = sandboxOf(WORKSPACE_WRITE, place) as { readonly cwd: string };
        expect([
          await refusal(sandboxOf({ type: 'bogus' }, place)),
          await refusal(withoutCwd),
          await refusal(sandboxOf(restricted([special('project_roots', 'write')]), place)),
          await refusal(
            sandboxOf(
              restricted([
                special('root', 'read'),
                {
                  path: { type: 'path', path: pathToFileURL(realpathSync(process.execPath)).href },
                  access: 'write',
                },
              ]),
              place,
            ),
          ),
        ]).toEqual([
          unsupported('^sandbox.permissions.type: '),
          unsupported('^sandbox.cwd: '),
          unsupported('^sandbox: what carries out file requests, .*, cannot be read in it; '),
          unsupported('^sandbox: what carries out file requests, .*, could be replaced in it; '),
        ]);
        expect(readdirSync(place.workspace)).toEqual([]);
      });
    });
  },
);

type Params = Readonly<Record<string, unknown>>;
type Ask = (method: string, params: Params) => Promise<Answer>;

const READ_ONLY_FILES = [-32603, 'fileSystemFailed'];
const DENIED = [-32600, 'fileAccessDenied'];

function uriOf(folder: string, name: string): string {
  return pathToFileURL(join(folder, name)).href;
}

function helpersOf(server: number): readonly number[] {
  return descendants(server)
    .filter(({ command }) => command.includes('holdfast-file-helper') && !command.includes('bwrap'))
    .map(({ pid }) => pid);
}
