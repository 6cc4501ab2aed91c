import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { eventually, within } from '../deadline.js';
import { spawnHoldfast, startServer } from '../harness.js';
import { markedProcesses, noneMarked, openDescriptors, releasedDescriptors } from '../process-table.js';
import { type Answer, dialWebSocket, type RawClient } from '../raw-client.js';
import { base64, eventsOf, finish, outputContains, runFrom, startParams } from '../runs.js';
import {
  type Entry,
  recordsOf,
  restricted,
  runConfined,
  type SandboxPlace,
  sandboxOf,
  sandboxPlace,
  special,
  startConfined,
  WORKSPACE_WRITE,
} from './sandbox-profiles.js';
import { describeConfinedByEach, WHOEVER_TESTS } from './sandbox-users.js';

/** Makes and removes repositories below a directory, as tests of others do, until it is ended. */
const BUSY_WITH_REPOSITORIES = `
  const { mkdirSync, rmSync, writeFileSync } = require('node:fs');
  const lull = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; ; round += 1) {
    const git = process.argv[1] + '/r' + (round % 7) + '/.git';
    for (const name of ['objects', 'refs', 'hooks']) mkdirSync(git + '/' + name, { recursive: true });
    for (const name of ['HEAD', 'config']) writeFileSync(git + '/' + name, '');
    // What stands at missing paths for a sandbox may appear meanwhile.
    rmSync(process.argv[1] + '/r' + ((round + 3) % 7), { recursive: true, force: true, maxRetries: 20, retryDelay: 5 });
    Atomics.wait(lull, 0, 0, 300);
  }`;

describeConfinedByEach(
  ({ name }) => `processes that ${name} confines`,
  (user) => {
    /** A server with a client, and a workspace for it. */
    async function inPlace(
      run: (client: RawClient, place: SandboxPlace) => Promise<void>,
      args: readonly string[] = [],
    ): Promise<void> {
      await using place = await sandboxPlace(user);
      await using server = await startServer({ ...place.server, args });
      await using client = await server.connect();
      await client.initialize({ signals: 1 });
      await run(client, place);
      expect(recordsOf(place)).toEqual([]);
    }

    test('start while others make and remove repositories beside them', { timeout: 120_000 }, async () => {
      await inPlace(async (client, place) => {
        const root = join(place.workspace, 'others');
        mkdirSync(root, { mode: 0o777 });
        const others = spawn(process.execPath, ['-e', BUSY_WITH_REPOSITORIES, root]);
        const ended = once(others, 'exit');
        try {
          await eventually('a repository', () => readdirSync(root).length > 0 || undefined);
          const codes: (number | undefined)[] = [];
          for (let start = 0; start < 20; start += 1) {
            codes.push((await runConfined(client, 'exit 7', place)).exitCode);
          }
          expect([codes, others.exitCode]).toEqual([Array.from({ length: 20 }, () => 7), null]);
        } finally {
          others.kill('SIGKILL');
          await ended;
        }
      });
    });

    test('may do what each shape of permissions says, and no more', async () => {
      await inPlace(async (client, place) => {
        const { workspace, outside } = place;
        mkdirSync(join(workspace, 'private'), { mode: 0o777 });
        writeFileSync(join(workspace, 'private', 'key'), 'secret\n');
        writeFileSync(join(workspace, 'a.env'), 'secret\n');
        const attempt = (label: string, command: string): string =>
          `if (${command}) >/dev/null 2>&1; then echo ${label}; fi`;
        const script = [
          attempt('read', `ls ${outside}`),
          attempt('write', `echo x > ${outside}/x && rm ${outside}/x`),
          attempt('workspace', 'echo x > x && rm x'),
          attempt('private', 'cat private/key'),
          attempt('env', 'cat a.env'),
          attempt('network', '[ "$(ls /proc/self/net/route)" ] && [ $(wc -l < /proc/self/net/dev) -gt 3 ]'),
        ].join('; ');
        const may = async (permissions: object): Promise<string> => {
          const { stdout, stderr, exitCode } = await runConfined(
            client,
            `${script}; exit 0`,
            place,
            permissions,
          );
          expect([stderr, exitCode]).toEqual(['', 0]);
          return stdout.replaceAll('\n', ' ').trim();
        };
        const glob = { path: { type: 'glob_pattern', pattern: '**/*.env' }, access: 'deny' };
        expect({
          'workspace-write': await may(WORKSPACE_WRITE),
          'read-only': await may(restricted([special('root', 'read')])),
          'with a network': await may(restricted([special('root', 'read')], 'enabled')),
          denied: await may(
            restricted([
              special('root', 'read'),
              special('project_roots', 'write'),
              special('project_roots', 'none', 'private'),
              glob,
            ]),
          ),
          minimal: await may(
            restricted([special('minimal', 'read'), special('current_working_directory', 'read')]),
          ),
          unrestricted: await may({
            type: 'managed',
            file_system: { type: 'unrestricted' },
            network: 'restricted',
          }),
          external: await may({ type: 'external', network: 'enabled' }),
          disabled: await may({ type: 'disabled' }),
        }).toEqual({
          'workspace-write': 'read workspace private env',
          'read-only': 'read private env',
          'with a network': 'read private env network',
          denied: 'read workspace',
          minimal: 'private env',
          unrestricted: 'read write workspace private env',
          external: 'read write workspace private env network',
          disabled: 'read write workspace private env network',
        });
      });
    });

    test('keep their name and their pipes, and their environment is not that of the wrapper', async () => {
      await inPlace(async (client, place) => {
        // The loader writes this file for each program that it loads where it can be written.
        const trace = { LD_DEBUG: 'statistics', LD_DEBUG_OUTPUT: join(place.outside, 'trace') };
        const env = { ...trace, PATH: '/usr/bin:/bin', A: 'a\nb', BASH_ENV: '/no/such/file' };
        const argv = ['/bin/sh', '-c', 'test -p /dev/stdout && echo "$0 $A"; exec cat'];
        const changes = { env, arg0: 'renamed', pipeStdin: true };
        await startConfined(client, 'p', argv, place, WORKSPACE_WRITE, changes);
        await client.request('process/write', { processId: 'p', writeId: '1', chunk: base64('typed\n') });
        await client.request('process/closeStdin', { processId: 'p' });
        expect(await finish(client, 'p')).toMatchObject({
          stdout: expect.stringMatching(/renamed a\nb\n[^]*typed\n$/) as unknown,
          exitCode: 0,
        });
        expect(readdirSync(place.outside)).toEqual([]);
        const loud = { env: { ...env, LD_DEBUG_OUTPUT: join(place.workspace, 'trace') } };
        await runConfined(client, 'exit 0', place, WORKSPACE_WRITE, loud);
        expect(readdirSync(place.workspace)).not.toEqual([]);
      });
    });

    test('are told to have been denied something when the sandbox made them fail', async () => {
      await inPlace(async (client, place) => {
        const denied = async (script: string, changes: object = {}): Promise<unknown> => {
          const run = await runConfined(client, script, place, WORKSPACE_WRITE, { ...changes });
          const { result } = await client.request('process/read', { processId: run.processId });
          expect(result).toMatchObject({ sandboxDenied: run.denied });
          return run.denied;
        };
        const outside = join(place.outside, 'x');
        const shut = join(place.outside, 'shut');
        writeFileSync(shut, '', { mode: 0o444 });
        expect({
          'a file that this user may not write either': await denied(
            `echo "sh: ${shut}: Permission denied" >&2; exit 1`,
          ),
          'a write outside': await denied(`echo x > ${outside}`),
          'on a terminal': await denied(`echo x > ${outside}`, { tty: true }),
          'a write outside, and success': await denied(`echo x > ${outside}; exit 0`),
          'words alone': await denied('echo the sandbox failed; exit 1'),
          'its own doing': await denied('touch f; chmod 0 f; ./f'),
          'no reason': await denied('exit 1'),
          disabled: (await runConfined(client, 'echo Permission denied; exit 1', place, { type: 'disabled' }))
            .denied,
        }).toEqual({
          // To root nothing is shut, so there it is the sandbox.
          'a file that this user may not write either': (user.uid ?? process.getuid?.()) === 0,
          'a write outside': true,
          'on a terminal': true,
          'a write outside, and success': false,
          'words alone': false,
          'its own doing': false,
          'no reason': false,
          disabled: false,
        });
      });
    });

    test('have a terminal that is theirs', async () => {
      await inPlace(async (client, place) => {
        const script =
          'test -t 0 && stty size; trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.05; done';
        await startConfined(client, 'p', ['/bin/sh', '-c', script], place, WORKSPACE_WRITE, { tty: true });
        expect(await outputContains(client, 'p', 'ready')).toContain('24 80');
        await client.request('process/write', { processId: 'p', writeId: '1', chunk: base64('\u0003') });
        expect(await outputContains(client, 'p', 'caught')).toContain('caught');
        expect((await eventsOf(client, 'p'))[0]?.params).toMatchObject({ exitCode: 9, signal: null });
      });
    });

    test('get the signals that are sent to them, and end as they decide', async () => {
      await inPlace(async (client, place) => {
        const patient = 'trap "echo caught; exit 5" TERM; echo ready; while :; do sleep 0.05; done';
        for (const target of ['process', 'group', 'tree']) {
          await startConfined(client, target, ['/bin/sh', '-c', patient], place);
          await outputContains(client, target, 'ready');
          await client.request('process/signal', { processId: target, signal: 'SIGTERM', target });
          expect(await outputContains(client, target, 'caught')).toContain('caught');
          expect((await eventsOf(client, target)).at(-2)?.params).toMatchObject({
            exitCode: 5,
            signal: null,
          });
        }
        await startConfined(client, 'sleep', ['/bin/sh', '-c', 'echo ready; exec sleep 300'], place);
        await outputContains(client, 'sleep', 'ready');
        await client.request('process/signal', { processId: 'sleep', signal: 'SIGUSR1', target: 'process' });
        expect((await eventsOf(client, 'sleep'))[0]?.params).toMatchObject({
          exitCode: 138,
          signal: 'SIGUSR1',
        });
      });
    });

    test('take what they send to their group as without a sandbox', async () => {
      await inPlace(async (client, place) => {
        const scripts = [
          'trap "" TERM; kill 0; echo survived; exit 3',
          'trap "echo cleanup; exit 5" TERM; kill 0; echo not so far',
          'trap "kill 0" EXIT; trap "" TERM; echo done',
          'trap "" HUP USR1; kill -HUP 0; kill -USR1 0; echo survived; exit 4',
        ];
        const endings = async (sandbox: object | null, tty: boolean): Promise<unknown> => {
          const runs: unknown[] = [];
          for (const script of scripts) {
            const id = `${String(sandbox === null)}-${String(tty)}-${runs.length}`;
            const cwd = pathToFileURL(place.workspace).href;
            const params = startParams(client, id, ['/bin/sh', '-c', script], { cwd, sandbox, tty });
            await client.request('process/start', params);
            const events = await eventsOf(client, id);
            const { exitCode, signal } = events.at(-2)?.params ?? {};
            runs.push({ exitCode, signal, output: runFrom(events).stdout });
          }
          return runs;
        };
        for (const tty of [false, true]) {
          const open = await endings(null, tty);
          expect(open).toMatchObject([{ exitCode: 3 }, { exitCode: 5 }, { exitCode: 0 }, { exitCode: 4 }]);
          expect(await endings(sandboxOf(WORKSPACE_WRITE, place), tty)).toEqual(open);
        }
      });
    });

    /** Nothing in it ends of itself, nor by a signal that can be caught. */
    const STUBBORN =
      'trap "" TERM INT HUP; (setsid sleep 301 &) ; (setsid setsid sleep 301 & sleep 301) & echo ready; wait';

    async function startStubborn(client: RawClient, place: SandboxPlace): Promise<void> {
      await startConfined(client, 'p', ['/bin/sh', '-c', STUBBORN], place);
      await outputContains(client, 'p', 'ready');
      await eventually(
        'the whole tree',
        () =>
          markedProcesses(client.mark).filter(({ command }) => command === 'sleep 301').length >= 3 ||
          undefined,
      );
    }

    test('end with all that they have started', async () => {
      await inPlace(async (client, place) => {
        await startStubborn(client, place);
        await client.request('process/terminate', { processId: 'p', graceMs: 100 });
        expect((await eventsOf(client, 'p')).at(-2)?.params).toMatchObject({
          exitCode: 137,
          signal: 'SIGKILL',
        });
        await noneMarked(client.mark);
        expect(readdirSync(place.workspace)).toEqual([]);
      });
    });

    test('do not outlive a server that is killed, and the next sandbox removes what it left on the disk', async () => {
      await using place = await sandboxPlace(user);
      const env = { TMPDIR: join(place.path, 'run'), ...place.server.env };
      const server = spawnHoldfast(['serve', '--no-auth'], env, place.server.confinement);
      server.stderr.resume();
      const [line] = (await within('the URL', once(server.stdout, 'data'))) as [Buffer];
      const client = await dialWebSocket(line.toString().trim());
      await client.initialize();
      await startStubborn(client, place);
      server.kill('SIGKILL');
      await noneMarked(client.mark);
      await inOtherServer(place);
      expect([readdirSync(place.workspace), recordsOf(place)]).toEqual([[], []]);
    });

    async function inOtherServer(place: SandboxPlace): Promise<void> {
      await using server = await startServer(place.server);
      await using client = await server.connect();
      await client.initialize();
      expect(await runConfined(client, 'true', place)).toMatchObject({ exitCode: 0 });
    }

    test('are refused before anything starts where the sandbox cannot be had', async () => {
      await inPlace(async (client, place) => {
        const refusal = async (permissions: object, changes: object = {}): Promise<unknown> => {
          const sandbox = sandboxOf(permissions, place);
          const params = startParams(client, 'p', ['/bin/touch', 'started'], {
            cwd: pathToFileURL(place.workspace).href,
            sandbox,
            ...changes,
          });
          const { error } = await client.request('process/start', params);
          return [error?.code, (error?.data as { kind?: string } | undefined)?.kind, error?.message];
        };
        const unsupported = (message: string): unknown => [-32602, 'sandboxUnsupported', message];
        const entry = 'sandbox.permissions.file_system.entries';
        expect([
          await refusal({ type: 'bogus' }),
          await refusal(restricted([special('root', 'execute')])),
          await refusal(restricted([special('project_roots', 'write')])),
          await refusal(WORKSPACE_WRITE, { enforceManagedNetwork: true }),
          await refusal(WORKSPACE_WRITE, { cwd: 'file:///no/such/directory' }),
          await refusal(WORKSPACE_WRITE, { argv: ['no-such-program'] }),
        ]).toEqual([
          unsupported('sandbox.permissions.type: must be one of disabled, external, managed'),
          unsupported(expect.stringMatching(`^${entry}.0.access: `) as unknown as string),
          unsupported(
            'argv.0: /bin/touch cannot be read in the sandbox; allow it, or the special path "minimal"',
          ),
          unsupported(expect.stringMatching('^enforceManagedNetwork: ') as unknown as string),
          [-32603, 'cwdNotFound', expect.stringContaining('/no/such/directory')],
          [-32603, 'programNotFound', expect.stringContaining('no-such-program')],
        ]);
        expect(readdirSync(place.workspace)).toEqual([]);
      });
    });

    test('are refused as without a sandbox when the program cannot be executed, each time', async () => {
      await inPlace(async (client, place) => {
        const script = join(place.workspace, 'script');
        writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
        const refusal = async (sandbox: object | null): Promise<unknown> => {
          const cwd = pathToFileURL(place.workspace).href;
          const params = startParams(client, 'p', [script], { cwd, sandbox });
          const { error } = await client.request('process/start', params);
          return [error?.code, (error?.data as { kind?: string } | undefined)?.kind];
        };
        const answers = [await refusal(null)];
        for (let times = 0; times < 5; times += 1) {
          answers.push(await refusal(sandboxOf(WORKSPACE_WRITE, place)));
        }
        expect(answers).toEqual(Array(6).fill([-32603, 'badExecutable']));
      });
    });

    test('are refused for the lack of descriptors by its name', async () => {
      await using place = await sandboxPlace(user);
      for (let number = 0; number < 60; number += 1) {
        const git = join(place.workspace, `r${number}`, '.git');
        for (const name of ['hooks', 'info']) mkdirSync(join(git, name), { recursive: true });
        writeFileSync(join(git, 'config'), '');
      }
      const launcher = ['/bin/sh', '-c', 'ulimit -n 160; exec "$@"', 'sh'];
      const confinement = { ...place.server.confinement, launcher };
      const logs = ['resources exhausted'];
      await using server = await startServer({ ...place.server, confinement, logs });
      await using client = await server.connect();
      await client.initialize();
      const cwd = pathToFileURL(place.workspace).href;
      const sandbox = sandboxOf(WORKSPACE_WRITE, place);
      const params = startParams(client, 'p', ['/bin/true'], { cwd, sandbox });
      const { error } = await client.request('process/start', params);
      expect([error?.code, error?.data]).toEqual([-32603, { kind: 'noDescriptors' }]);
      await eventually(
        'the shortage in the log',
        () => server.log().includes('resources exhausted') || undefined,
      );
      expect(recordsOf(place)).toEqual([]);
    });

    test('have the same variables wherever they are started', async () => {
      await inPlace(async (client, place) => {
        mkdirSync(join(place.workspace, 'sub'), { mode: 0o777 });
        const variablesIn = async (directory: string, env: object): Promise<string> => {
          const cwd = pathToFileURL(join(place.workspace, directory)).href;
          const id = `env in ${directory} ${JSON.stringify(env)}`;
          await startConfined(client, id, ['/usr/bin/env'], place, WORKSPACE_WRITE, { cwd, env });
          const { stdout } = runFrom(await eventsOf(client, id));
          return stdout.replaceAll(/^(?:PWD|HOLDFAST_SERVER_COOKIE)=.*\n/gm, '');
        };
        const plain = { A: '1', b_2: 'two words', EMPTY: '' };
        const odd = { OPTIND: '9', PPID: '77', 'a.b': '1', 'x-y': '2' };
        expect([await variablesIn('sub', plain), await variablesIn('sub', odd)]).toEqual([
          await variablesIn('.', plain),
          await variablesIn('.', odd),
        ]);
      });
    });

    test('leave no descriptor behind where there are too few for all of them', async () => {
      await using place = await sandboxPlace(user);
      const launcher = ['/bin/sh', '-c', 'ulimit -n 96; exec "$@"', 'sh'];
      const confinement = { ...place.server.confinement, launcher };
      await using server = await startServer({ ...place.server, confinement, logs: ['resources exhausted'] });
      await using client = await server.connect();
      await client.initialize();
      const start = async (id: string): Promise<unknown> => {
        const cwd = pathToFileURL(place.workspace).href;
        const sandbox = sandboxOf(WORKSPACE_WRITE, place);
        const params = startParams(client, id, ['/bin/true'], { cwd, sandbox });
        const { error } = await client.request('process/start', params);
        if (error === undefined) await eventsOf(client, id);
        return error?.data;
      };
      expect(await start('first')).toBeUndefined();
      const before = openDescriptors(server.pid);
      const answers: unknown[] = [];
      for (let round = 0; round < 4; round += 1) {
        const ids = Array.from({ length: 12 }, (_, at) => `${round} ${at}`);
        answers.push(...(await Promise.all(ids.map(start))));
      }
      expect([...new Set(answers.map((answer) => JSON.stringify(answer)))].sort()).toEqual([
        '{"kind":"noDescriptors"}',
        undefined,
      ]);
      await releasedDescriptors(server.pid, before);
      expect(await start('last')).toBeUndefined();
    });

    describe('below a ceiling', () => {
      /** Everything can be read; what `outside` holds can be written; no network. */
      async function belowCeiling(
        run: (client: RawClient, place: SandboxPlace, greeting: Answer) => Promise<void>,
        more: object = {},
      ): Promise<void> {
        await using place = await sandboxPlace(user);
        const file = join(place.path, 'ceiling.json');
        const entry = { path: { type: 'path', path: pathToFileURL(place.outside).href }, access: 'write' };
        const permissions = restricted([special('root', 'read'), entry]);
        writeFileSync(file, JSON.stringify({ permissions, ...more }));
        await using server = await startServer({ ...place.server, args: ['--sandbox-ceiling', file] });
        await using client = await server.connect();
        const greeting = await client.initialize({ files: 1 });
        await run(client, place, greeting);
      }

      test('nothing a client asks for is wider, nor what asks for nothing', async () => {
        await belowCeiling(async (client, place) => {
          const script = `echo in > x; echo out > ${place.outside}/x`;
          const all = { type: 'managed', file_system: { type: 'unrestricted' }, network: 'enabled' };
          for (const permissions of [{ type: 'disabled' }, all]) {
            expect(await runConfined(client, script, place, permissions)).toMatchObject({
              stderr: expect.stringMatching('^[^\n]* x: Read-only file system\n$') as unknown,
            });
          }
          const cwd = pathToFileURL(place.workspace).href;
          const plain = startParams(client, 'plain', ['/bin/sh', '-c', script], { cwd });
          expect(await client.request('process/start', plain)).toEqual({
            result: { processId: 'plain', sandboxType: 'linuxSeccomp' },
          });
          expect((await finish(client, 'plain')).stderr).toContain('x: Read-only file system\n');
          expect([readdirSync(place.workspace), readFileSync(join(place.outside, 'x'), 'utf8')]).toEqual([
            [],
            'out\n',
          ]);
        });
      });

      test('names that the operator protects stay as they are, or missing, where a command may write', async () => {
        await belowCeiling(
          async (client, place) => {
            writeFileSync(join(place.outside, 'Makefile'), 'all:\n');
            const start = { cwd: pathToFileURL(place.outside).href };
            const script =
              'echo x > Makefile; rm -f Makefile; mv Makefile M; mkdir .github/workflows; rm -r .github; echo x > free';
            const params = startParams(client, 'kept', ['/bin/sh', '-c', script], start);
            expect(await client.request('process/start', params)).toMatchObject({
              result: { processId: 'kept' },
            });
            await finish(client, 'kept');
            expect(readdirSync(place.outside).sort()).toEqual(['Makefile', 'free']);
            expect(readFileSync(join(place.outside, 'Makefile'), 'utf8')).toBe('all:\n');
          },
          { protectedNames: ['.github', 'Makefile'] },
        );
      });

      test('and no entry that names them, or what lies below them, opens them, for a command or a file request', async () => {
        await belowCeiling(
          async (client, place) => {
            const at = (name: string): string => join(place.outside, name);
            const uri = (name: string): string => pathToFileURL(at(name)).href;
            const writing = (name: string): Entry => ({
              path: { type: 'path', path: uri(name) },
              access: 'write',
            });
            mkdirSync(at('.github/workflows'), { recursive: true });
            for (const name of ['Makefile', '.envrc']) writeFileSync(at(name), 'kept\n');
            const names = ['Makefile', '.github/workflows', '.envrc'];
            // Whoever the command runs as, nothing but its sandbox keeps it from writing.
            for (const name of names) chmodSync(at(name), 0o777);
            const permissions = restricted([special('root', 'read'), ...names.map(writing)]);
            const script = `cd ${place.outside}; for f in Makefile .github/workflows/x .envrc; do echo x >> $f; done`;
            await runConfined(client, script, place, permissions);
            const sandbox = sandboxOf(permissions, place);
            const write = async (name: string): Promise<unknown> => {
              const params = { path: uri(name), dataBase64: base64('y\n'), sandbox };
              return (await client.request('fs/writeFile', params)).error?.code;
            };
            expect([
              readdirSync(at('.github/workflows')),
              ['Makefile', '.envrc'].map((name) => readFileSync(at(name), 'utf8')),
              await write('Makefile'),
              await write('.github/workflows/y'),
              await write('.envrc'),
            ]).toEqual([[], ['kept\n', 'kept\nx\n'], -32603, -32603, undefined]);
          },
          { protectedNames: ['.github', 'Makefile'] },
        );
      });

      test('files are what it leaves of them', async () => {
        await belowCeiling(async (client, place) => {
          const write = async (folder: string): Promise<unknown> => {
            const path = pathToFileURL(join(folder, 'f')).href;
            return (await client.request('fs/writeFile', { path, dataBase64: '' })).error;
          };
          expect([await write(place.workspace), await write(place.outside)]).toEqual([
            expect.objectContaining({
              code: -32603,
              message: expect.stringMatching(
                /read-only \(EROFS\); the ceiling of this server may be why, which its operator can widen \(--sandbox-ceiling\)$/,
              ) as unknown,
            }),
            undefined,
          ]);
          expect([readdirSync(place.workspace), existsSync(join(place.outside, 'f'))]).toEqual([[], true]);
        });
      });

      test('nobody is promised to go on with files, or to be told of them', async () => {
        await belowCeiling((_client, _place, { result }) => {
          expect(result).toMatchObject({ environmentInfo: { capabilities: { fsWatchMissing: false } } });
          expect((result as { readonly extensions: unknown }).extensions).toEqual({});
          return Promise.resolve();
        });
      });

      test('what it cannot be held against yet is refused', async () => {
        await belowCeiling(async (client, place) => {
          const path = pathToFileURL(join(place.outside, 'f')).href;
          const answers = [
            await client.request('fs/watchMissing', { watchId: 1, missing: [path], present: null }),
            await client.request('http/request', {
              method: 'GET',
              url: 'http://127.0.0.1:1/',
              requestId: 'r',
            }),
          ];
          expect(answers.map(({ error }) => [error?.code, error?.data])).toEqual(
            Array(2).fill([-32602, { kind: 'sandboxUnsupported' }]),
          );
        });
      });
    });
  },
);

test.each([
  ['no JSON', '{', /^holdfast: --sandbox-ceiling \S+: .*JSON/],
  ['nothing to hold to', '{"permissions":{"type":"disabled"}}', /are no ceiling/],
  ['what is not known', '{"permissions":{"type":"external","network":"some"}}', /permissions.network: /],
  [
    'what no start could enforce',
    JSON.stringify({
      permissions: restricted([{ path: { type: 'path', path: '/srv' }, access: 'read' }]),
    }),
    /^holdfast: --sandbox-ceiling \S+: ceiling: permissions.file_system.entries.0.path.path: /,
  ],
])('a ceiling with %s ends the server before it listens', async (_, text, complaint) => {
  await using place = await sandboxPlace(WHOEVER_TESTS);
  const file = join(place.path, 'ceiling.json');
  writeFileSync(file, text);
  const server = spawnHoldfast(['serve', '--sandbox-ceiling', file]);
  let stderr = '';
  server.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code] = (await within('the end', once(server, 'close'))) as [number];
  expect([code, stderr]).toEqual([1, expect.stringMatching(complaint)]);
});
