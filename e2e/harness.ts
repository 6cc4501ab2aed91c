import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { eventually, within } from './deadline.js';
import { descendants, type LiveProcess, survivors } from './process-table.js';
import { dialWebSocket, RawClient, stdioWire } from './raw-client.js';

/** The command that these suites are about, as it is built. */
export const PROGRAM =
  process.env['E2E_PROGRAM'] ?? join(import.meta.dirname, '..', 'packages', 'cli', 'dist', 'main.js');

/** A way in which a client can reach a server. */
export type Carrier = 'ws' | 'unix' | 'stdio';

/** The carriers that every suite runs over. A Unix socket carries what a port does, and is tried where it may differ. */
export const CARRIERS: readonly Carrier[] = ['ws', 'stdio'];

/** Every way in which a client can reach a server. */
export const ALL_CARRIERS: readonly Carrier[] = [...CARRIERS, 'unix'];

/** How a server is started. */
export interface ServerOptions {
  /** Default: a free port on loopback. `unix` stands for a socket in a directory of the test. */
  readonly listen?: string;
  readonly args?: readonly string[];
  /** How long sessions are kept without a connection; default not at all, so that what a client leaves ends with it. */
  readonly sessionTtl?: string;
  /** Laid over the environment that the server gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** What limits its machine. */
  readonly confinement?: Confinement;
  /** The events that it is meant to log, in order, beside dropped connections; default none. */
  readonly logs?: readonly string[];
}

/** A small machine for a server to run on. */
export interface Confinement {
  /** A command that becomes the one behind it. */
  readonly launcher: readonly string[];
  /** Who the server is; default whoever runs the tests. */
  readonly uid?: number;
}

/** A `holdfast serve` that prints an URL. Disposing of it sends SIGTERM, and fails unless it leaves nothing. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Where the server keeps temporary files. */
  readonly temporaryDirectory: string;
  /** What it has logged so far. */
  readonly log: () => string;
  connect(): Promise<RawClient>;
  /** Runs a command line against it that ends by itself. */
  holdfast(...args: readonly string[]): Promise<CommandOutcome>;
  /** Sends a signal and waits for the end. */
  stop(
    signal?: NodeJS.Signals,
  ): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Clients over one carrier: of one server, or on stdio each with a server of its own. */
export interface World extends AsyncDisposable {
  readonly carrier: Carrier;
  connect(): Promise<RawClient>;
  /** Fails unless clients other than the ones under test are served as if nothing had happened. */
  expectOthersServed(): Promise<void>;
}

/** What a command line that ends by itself has said. */
export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a server and waits for its URL. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const place = new TemporaryPlace(options.confinement?.uid);
  const listen = options.listen === 'unix' ? `unix:${join(place.sockets, 'server.sock')}` : options.listen;
  const args = [
    ...(listen === undefined ? [] : ['--listen', listen]),
    ...['--session-ttl', options.sessionTtl ?? '0'],
    ...(options.args ?? []),
  ];
  const env = { TMPDIR: place.temporary, ...options.env };
  const child = spawnHoldfast(['serve', ...args], env, options.confinement);
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  const pid = child.pid ?? 0;
  const url = await within('the URL of a server', firstLine(child)).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${log}`);
  });
  let started: LiveProcess[] = [];
  const stop: TestServer['stop'] = async (signal = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      started = descendants(pid);
      child.kill(signal);
    }
    const [code, by] = await within('the end of a server', ended);
    return { code, signal: by };
  };
  return {
    url,
    pid,
    temporaryDirectory: place.temporary,
    log: () => log,
    connect: () => dialWebSocket(url),
    holdfast: (...args) => runHoldfast(args, { env: { HOLDFAST_URL: url } }),
    stop,
    async [Symbol.asyncDispose]() {
      const end = await stop();
      const left = { processes: survivors(started), files: place.files(pid) };
      place.remove();
      const logs = options.logs ?? [];
      expect({ ...end, ...left, logs: loggedEvents(log, logs) }).toEqual({
        code: 0,
        signal: null,
        processes: [],
        files: [],
        logs,
      });
    },
  };
}

/** Starts a server on stdio. Disposing of the client ends its input, and fails unless it leaves nothing. */
export function startStdio({
  args = [],
  env = {},
  confinement,
}: Omit<ServerOptions, 'listen' | 'logs'> = {}): RawClient & { readonly pid: number } {
  const place = new TemporaryPlace(confinement?.uid);
  const temporary = { TMPDIR: place.temporary };
  const child = spawnHoldfast(['serve', '--listen', 'stdio', ...args], { ...temporary, ...env }, confinement);
  child.stderr.resume();
  const client = new RawClient(stdioWire(child));
  const pid = child.pid ?? 0;
  return Object.assign(client, {
    pid,
    async [Symbol.asyncDispose]() {
      await RawClient.prototype[Symbol.asyncDispose].call(client);
      const left = { ending: await client.closed, files: place.files(pid) };
      place.remove();
      expect(left).toEqual({ ending: { code: 0, reason: '' }, files: [] });
    },
  });
}

/** What clients of one carrier live in. */
export async function startWorld(
  carrier: Carrier,
  options: Omit<ServerOptions, 'listen'> = {},
): Promise<World> {
  if (carrier === 'stdio') {
    return {
      carrier,
      connect: () => Promise.resolve(startStdio(options)),
      // A server on stdio has one client.
      expectOthersServed: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const server = await startServer({ ...options, ...(carrier === 'unix' ? { listen: 'unix' } : {}) });
  const bystander = await server.connect();
  await bystander.initialize();
  return {
    carrier,
    connect: () => server.connect(),
    async expectOthersServed() {
      await using newcomer = await server.connect();
      await newcomer.initialize();
      for (const client of [bystander, newcomer]) {
        expect(await client.request('environment/status')).toEqual({ result: { status: 'ready' } });
      }
    },
    async [Symbol.asyncDispose]() {
      await disposeAll(bystander, server);
    },
  };
}

/** What a command line is run with. */
interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** For its end, where that is in the hands of the scheduler; default as for any wait. */
  readonly limitMs?: number;
}

/** Runs a command line that ends by itself. */
export async function runHoldfast(
  args: readonly string[],
  { env = {}, input = '', limitMs }: RunOptions = {},
): Promise<CommandOutcome> {
  const place = new TemporaryPlace();
  const child = spawnHoldfast(args, { TMPDIR: place.temporary, ...env });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await within(
    `the end of holdfast ${args.join(' ')}`,
    Promise.all([text(child.stdout), text(child.stderr), closed]),
    limitMs,
  );
  const files = place.files(child.pid ?? 0);
  place.remove();
  expect({ files, ...(files.length > 0 ? { code, stderr } : {}) }).toEqual({ files: [] });
  return { code, stdout, stderr };
}

/** The program that runs others on a terminal of their own. */
export const SCRIPT = '/usr/bin/script';

/** Runs a command line on a terminal, by `script`. @returns every byte that the terminal was sent. */
export async function showOnTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const child = spawn(SCRIPT, ['-qec', words.join(' '), '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: tmpdir(), SHELL: '/bin/sh', TERM: 'dumb', ...env },
    // Left open: the end of its input would be typed at the terminal.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return await within(`the end of holdfast ${args.join(' ')} on a terminal`, text(child.stdout));
}

/** Starts `holdfast` with nothing in its environment but a PATH and what is given. */
export function spawnHoldfast(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { launcher, uid }: Confinement = { launcher: [] },
): ChildProcessWithoutNullStreams {
  const [file = '', ...rest] = [...launcher, process.execPath, PROGRAM, ...args];
  const child = spawn(file, rest, {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], HOME: tmpdir(), ...env },
    stdio: 'pipe',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  // A suite that fails half-way leaves its servers to nobody else.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

/** Disposes of all, whatever one of them has to say about it, and then fails as the first did. */
export async function disposeAll(...owned: readonly AsyncDisposable[]): Promise<void> {
  const outcomes: PromiseSettledResult<void>[] = [];
  for (const one of owned) outcomes.push(...(await Promise.allSettled([one[Symbol.asyncDispose]()])));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** A directory for one test, removed at its end by whoever made it. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = join(tmpdir(), `holdfast-e2e-${randomUUID()}`);
  await mkdir(path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      // What a server that was killed had begun may still be at work there; each look begins with what it finds.
      await eventually(`the end of ${path}`, () => removed(path) || undefined);
    },
  };
}

function removed(path: string): boolean {
  try {
    rmSync(path, { recursive: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    return false;
  }
}

/** Where the servers of a user have what is small; it stays. @param uid Default that of the tests. */
export function ownFolder(uid = process.getuid?.() ?? 0): string {
  return uid === 0 ? '/run/holdfast' : `/var/tmp/holdfast-${uid}`;
}

/** Directories of one server, so that whatever it leaves lies where only it can have left it. */
class TemporaryPlace {
  readonly #root = mkdtempSync(join(tmpdir(), 'holdfast-e2e-'));
  readonly temporary = mkdtempSync(join(this.#root, 'tmp-'));
  readonly sockets = mkdtempSync(join(this.#root, 'run-'));

  readonly #shared: string;

  constructor(owner?: number) {
    this.#shared = ownFolder(owner);
    if (owner === undefined) return;
    for (const directory of [this.#root, this.temporary, this.sockets]) chownSync(directory, owner, owner);
  }

  /** What is there now, and what is named after the server in the directory that everybody shares. */
  files(pid: number): string[] {
    const own = [this.temporary, this.sockets].flatMap((directory) => readdirSync(directory));
    const folders = [tmpdir(), this.#shared].filter((folder) => existsSync(folder));
    const pipes = folders.flatMap((folder) => readdirSync(folder));
    return [...own, ...pipes.filter((name) => name.startsWith(`holdfast-pipes-${pid}-`))];
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }
}

async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  return await new Promise((resolve, reject: (error: Error) => void) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      const end = output.indexOf('\n');
      if (end >= 0) resolve(output.slice(0, end));
    });
    child.once('exit', (code) => {
      reject(new Error(`the server ended (${String(code)}) before it printed an URL`));
    });
  });
}

// Dropped connections are the subject of many tests; a failure inside the server is the subject of none. How much there is in
// the machine's /tmp, and so whether a sandbox that may write there tells of a gap, no test decides.
const INCIDENTAL = [
  '"connection dropped"',
  '"a sandbox protects less than it should"',
  '"a network request was refused"',
];

function loggedEvents(log: string, expected: readonly string[]): string[] {
  const lines = log
    .split('\n')
    .filter((line) => line !== '' && !INCIDENTAL.some((event) => line.includes(event)));
  return lines.map((line) => expected.find((event) => line.includes(`"msg":"${event}`)) ?? line);
}
