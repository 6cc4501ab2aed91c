import type { ExecServer, ExecServerOptions, LogLevel } from '@holdfast/exec-server';
import type { OperatorCeiling } from '@holdfast/sandbox';
import { Command, Option } from 'commander';
import { complain, messageOf } from '../complain.js';
import { parseDuration, parseDurationOrZero } from '../duration.js';
import { closeInheritedDescriptors } from '../inherited-descriptors.js';
import { closeInspector } from '../inspector.js';
import { parseSize } from '../size.js';
import { checkNamedDirectory, readNamed } from './named-files.js';

interface ServeOptions {
  readonly listen?: string;
  readonly tokenFile?: string;
  readonly auth: boolean;
  readonly allowHost: readonly string[];
  readonly logLevel: LogLevel;
  readonly spillDir?: string;
  readonly spillLimit?: number;
  readonly sessionTtl?: number;
  readonly processTtl?: number;
  readonly silenceTimeout?: number;
  readonly sandboxCeiling?: string;
  readonly sandboxInherit?: boolean;
}

const EXIT_CANNOT_SERVE = 1;

const HELP = `
The first line on stdout is the URL to connect to, token included. Logs go to stderr.
SIGTERM or SIGINT ends the server and every process that it started.

Examples:
  $ holdfast serve
  $ holdfast serve --listen ws://127.0.0.1:7777 --token-file ~/.holdfast-token
  $ holdfast serve --listen unix:/run/holdfast.sock
  $ holdfast serve --session-ttl 2d
  $ ssh devbox holdfast serve --listen stdio
`;

/** `holdfast serve`: a server in the foreground. */
export function serveCommand(finish: (exitCode: number) => void): Command {
  return new Command('serve')
    .description('Start a server that runs commands for its clients.')
    .option(
      '--listen <url>',
      'ws://IP:PORT on loopback, unix:PATH or stdio (default: ws://127.0.0.1:0, a free port)',
    )
    .option(
      '--token-file <file>',
      'take the access token from a file, which no sandbox of this server shows; default: a new token at each start',
    )
    .option('--no-auth', 'let every local client in without a token')
    .option('--allow-host <name>', 'also accept this name in the Host header; repeat for more', collect, [])
    .option('--spill-dir <dir>', 'where output waits that fits into no memory (default: /var/tmp)')
    .option(
      '--spill-limit <size>',
      'how much of it for each process: 64M, 3G, 0 for none (default: 256M)',
      parseSize,
    )
    .option(
      '--session-ttl <duration>',
      'how long a client that lost its connection finds its session again: 80s, 5m, 2d, 0 for not at all (default: 80s)',
      parseDurationOrZero,
    )
    .option(
      '--process-ttl <duration>',
      'how long a process can be read after it has closed and its events were delivered (default: 80s)',
      parseDurationOrZero,
    )
    .option(
      '--silence-timeout <duration>',
      'how long a client may answer nothing before its connection is ended (default: 10m)',
      parseDuration,
    )
    .option(
      '--sandbox-ceiling <file>',
      'the most that any command may do, whatever its client allows: a JSON file (docs/sandbox.md)',
    )
    .option(
      '--sandbox-inherit',
      'where this server itself runs in a sandbox that can hold no other, let commands have that one (docs/sandbox.md)',
    )
    .addOption(
      new Option('--log-level <level>', 'what is logged to stderr')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    )
    .addHelpText('after', HELP)
    .action(async (options: ServeOptions) => {
      finish(await serve(options));
    });
}

async function serve(options: ServeOptions): Promise<number> {
  let server: ExecServer;
  closeInheritedDescriptors();
  // Before anybody can know of the server, who might end it at once.
  const stopped = stopSignal();
  try {
    if (options.spillDir !== undefined) await checkNamedDirectory('--spill-dir', options.spillDir);
    // The other commands start faster without it.
    const { createExecServer } = await import('@holdfast/exec-server');
    closeInspector();
    server = await createExecServer({
      ...(options.listen === undefined ? {} : { listen: options.listen }),
      spill: {
        ...(options.spillDir === undefined ? {} : { directory: options.spillDir }),
        ...(options.spillLimit === undefined ? {} : { processBytes: options.spillLimit }),
      },
      sessionTtlMs: options.sessionTtl,
      closedProcessTtlMs: options.processTtl,
      silenceMs: options.silenceTimeout,
      sandboxCeiling: await ceilingOption(options),
      inheritsOuterSandbox: options.sandboxInherit,
      allowedHosts: options.allowHost,
      logLevel: options.logLevel,
      ...(await tokenOption(options)),
    });
  } catch (error) {
    complain(messageOf(error));
    return EXIT_CANNOT_SERVE;
  }
  if (server.url !== undefined) process.stdout.write(`${server.url}\n`);
  await Promise.race([server.ended, stopped]);
  await server.close();
  // On stdio, messages that nobody reads would keep this program alive.
  if (server.url === undefined) process.exit(0);
  return 0;
}

async function tokenOption({
  auth,
  tokenFile,
}: ServeOptions): Promise<Pick<ExecServerOptions, 'token' | 'tokenFile'>> {
  if (!auth && tokenFile !== undefined)
    throw new Error('--no-auth and --token-file contradict each other; give one');
  if (!auth) return { token: null };
  if (tokenFile === undefined) return {};
  const token = (await readNamed('--token-file', tokenFile)).trim();
  if (token === '') throw new Error(`${tokenFile} holds no token; put one line into it`);
  return { token, tokenFile };
}

async function ceilingOption({
  sandboxCeiling: file,
  sandboxInherit,
}: ServeOptions): Promise<OperatorCeiling | undefined> {
  if (file === undefined) return undefined;
  if (sandboxInherit === true)
    throw new Error('--sandbox-ceiling and --sandbox-inherit contradict each other; give one');
  const text = await readNamed('--sandbox-ceiling', file);
  const { parseCeiling } = await import('@holdfast/sandbox');
  try {
    return parseCeiling(text, (member) =>
      complain(
        `note: --sandbox-ceiling ${file}: ${member} is not known here and restricts nothing; leave it out`,
      ),
    );
  } catch (error) {
    throw new Error(`--sandbox-ceiling ${file}: ${messageOf(error)}`);
  }
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
