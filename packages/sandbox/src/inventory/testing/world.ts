import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DriverAnswer, DriverMessage, DriverRequest } from './driver-messages.js';
import { OTHER_SANDBOX } from './other-sandbox.js';
import type { TerminalStep } from './terminal.js';
import { ENVIRONMENT, type InventoryUser } from './users.js';

/** How a command is run; default in the workspace. */
interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: Buffer;
  readonly arg0?: string;
  /** What is done at its terminal; default it has none. */
  readonly terminal?: readonly TerminalStep[];
  /** Writable roots; default the workspace and the temporary directory. */
  readonly write?: readonly string[];
  /** Paths that are denied beside those that always are. */
  readonly deny?: readonly string[];
  readonly network?: 'restricted' | 'enabled';
  /** A managed network. */
  readonly hosts?: DriverRequest['hosts'];
}

/** A workspace with what lies around it, and somebody who runs sandboxed commands in it. */
export interface World {
  readonly uid: number;
  readonly workspace: string;
  readonly outside: string;
  readonly temporary: string;
  /** A writable root without a repository. */
  readonly bare: string;
  /** Runs a shell script in a sandbox; `$OUT` is the directory outside. */
  run(script: string, options?: RunOptions): Promise<DriverAnswer>;
  /** Runs a program without a shell. */
  exec(argv: readonly [string, ...string[]], options?: RunOptions): Promise<DriverAnswer>;
  /** Ends whoever runs the commands, without a chance to clean up. The next command is run by another one. */
  killDriver(): Promise<void>;
  /** Mounts something where whoever runs the commands sees it; `args` as `mount` takes them. Only root can. */
  mount(args: readonly string[]): void;
  close(): Promise<void>;
}

const REPOSITORY_DEPTHS = ['.', 'one', 'two/deep', 'five/a/b/c/d'];

/** How a world differs from others. */
interface WorldOptions {
  /** Whether all mounts are shared, as on most machines, in a mount table that is the world's own; only root can have it. */
  readonly sharesMounts?: boolean;
}

/** Builds the world of a user. */
export function createWorld({ uid }: InventoryUser, { sharesMounts = false }: WorldOptions = {}): World {
  const base = mkdtempSync(path.join(tmpdir(), 'holdfast-inventory-'));
  const [workspace, outside, temporary, bare] = ['ws', 'outside', 'temporary', 'bare'].map((name) => {
    const folder = path.join(base, name);
    mkdirSync(folder);
    return folder;
  }) as [string, string, string, string];
  furnish(workspace, outside);
  giveTo(uid, base);
  const places = { base, workspace, outside, temporary, bare };
  const driver = new Driver(uid, sharesMounts);
  let runs = 0;
  const exec = (argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<DriverAnswer> => {
    runs += 1;
    return driver.run(requestFor(runs, argv, options, places));
  };
  return {
    uid,
    ...places,
    exec,
    run: (script, options) => exec(['/bin/sh', '-c', script], options),
    killDriver: () => driver.stop('SIGKILL'),
    mount: (args) => driver.mount(args),
    async close() {
      await driver.stop('SIGTERM');
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Runs a program outside of any sandbox. @returns what it printed. */
export function outsideRun(argv: readonly [string, ...string[]], cwd: string): string {
  const [program, ...args] = argv;
  const env = {
    ...ENVIRONMENT,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
  return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function furnish(workspace: string, outside: string): void {
  for (const depth of REPOSITORY_DEPTHS) {
    const repository = path.join(workspace, depth);
    mkdirSync(repository, { recursive: true });
    outsideRun(['git', 'init', '-q', '-b', 'main', '.'], repository);
    writeFileSync(path.join(repository, 'tracked'), 'first\n');
    outsideRun(['git', 'add', 'tracked'], repository);
    outsideRun(['git', 'commit', '-q', '-m', 'first'], repository);
  }
  outsideRun(['git', 'worktree', 'add', '-q', path.join(workspace, 'linked')], workspace);
  writeFileSync(
    path.join(workspace, '.git/info/exclude'),
    ['one', 'two', 'five', 'linked', 'private', 'leaves', '*.env', 'nested', ''].join('\n'),
  );
  for (const folder of ['private', 'nested/deep'])
    mkdirSync(path.join(workspace, folder), { recursive: true });
  writeFileSync(path.join(workspace, 'private/key'), 'secret\n');
  writeFileSync(path.join(workspace, 'top.env'), 'secret\n');
  writeFileSync(path.join(workspace, 'nested/deep/.env'), 'secret\n');
  symlinkSync(outside, path.join(workspace, 'leaves'));
  mkdirSync(path.join(outside, 'denied'));
  writeFileSync(path.join(outside, 'denied/key'), 'secret\n');
  writeFileSync(path.join(outside, 'denied-file'), 'secret\n');
  writeFileSync(path.join(outside, 'file'), 'as it was\n', { mode: 0o644 });
}

function giveTo(uid: number, at: string): void {
  chownSync(at, uid, uid);
  for (const { name, parentPath } of readdirSync(at, { recursive: true, withFileTypes: true })) {
    const file = path.join(parentPath, name);
    if (!lstatSync(file).isSymbolicLink()) chownSync(file, uid, uid);
  }
}

function requestFor(
  id: number,
  argv: readonly [string, ...string[]],
  { cwd, stdin, write, deny = [], network, hosts, arg0, terminal }: RunOptions,
  places: {
    readonly base: string;
    readonly workspace: string;
    readonly outside: string;
    readonly temporary: string;
  },
): DriverRequest {
  const { base, workspace, outside, temporary } = places;
  const entry = (file: string, access: string): object => ({
    path: { type: 'path', path: `file://${file.split('/').map(encodeURIComponent).join('/')}` },
    access,
  });
  return {
    id,
    argv,
    cwd: cwd ?? workspace,
    env: { ...ENVIRONMENT, OUT: outside, HOME: outside, TMPDIR: temporary },
    stateFolder: path.join(base, 'state'),
    ...(hosts === undefined ? {} : { hosts }),
    ...(arg0 === undefined ? {} : { arg0 }),
    ...(terminal === undefined ? {} : { terminal }),
    ...(stdin === undefined ? {} : { stdin: stdin.toString('base64') }),
    intent: {
      permissions: {
        type: 'managed',
        file_system: {
          type: 'restricted',
          entries: [
            { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
            { path: { type: 'special', value: { kind: 'tmpdir' } }, access: 'write' },
            ...(write ?? [workspace]).map((file) => entry(file, 'write')),
            ...[
              path.join(workspace, 'private'),
              path.join(outside, 'denied'),
              path.join(outside, 'denied-file'),
              ...deny,
            ].map((file) => entry(file, 'deny')),
            { path: { type: 'glob_pattern', pattern: `${workspace}/**/*.env` }, access: 'deny' },
          ],
        },
        network: network ?? 'restricted',
      },
      windowsSandboxLevel: 'disabled',
    },
  };
}

/** Which sandbox the driver shall start; ours where nobody said anything. */
function otherSandbox(): Readonly<Record<string, string>> {
  const named = process.env[OTHER_SANDBOX];
  return named === undefined ? {} : { [OTHER_SANDBOX]: named };
}

interface Waiting {
  readonly resolve: (answer: DriverAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** A process of the user that runs commands one after the other or at once. */
class Driver {
  readonly #uid: number;
  readonly #sharesMounts: boolean;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | undefined;
  #ready: Promise<void> = Promise.resolve();

  constructor(uid: number, sharesMounts: boolean) {
    this.#uid = uid;
    this.#sharesMounts = sharesMounts;
  }

  async run(request: DriverRequest): Promise<DriverAnswer> {
    const child = this.#child ?? this.#start();
    await this.#ready;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      child.send(request);
    });
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await closed;
  }

  mount(args: readonly string[]): void {
    execFileSync('nsenter', ['-t', String(this.#child?.pid), '-m', 'mount', ...args]);
  }

  #start(): ChildProcess {
    const isOther = process.getuid?.() !== this.#uid && !this.#sharesMounts;
    const node = ['--import', import.meta.resolve('tsx'), '--conditions=source'];
    const [execPath, ...execArgv] = this.#sharesMounts
      ? ([...sharingMounts(this.#uid), process.execPath, ...node] as const)
      : ([process.execPath, ...node] as const);
    const child = fork(path.join(import.meta.dirname, 'driver.ts'), {
      execPath,
      execArgv,
      env: { ...ENVIRONMENT, ...otherSandbox(), TSX_DISABLE_CACHE: '1' },
      cwd: '/',
      ...(isOther ? { uid: this.#uid, gid: this.#uid } : {}),
    });
    this.#child = child;
    this.#ready = new Promise((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('close', (code) => {
        const error = new Error(`the driver ended with ${String(code)}`);
        reject(error);
        for (const { reject: fail } of this.#waiting.values()) fail(error);
        this.#waiting.clear();
      });
    });
    child.on('message', (message: DriverMessage) => this.#answer(message));
    return child;
  }

  #answer(message: DriverMessage): void {
    if (message === 'ready') return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('answer' in message) waiting?.resolve(message.answer);
    else waiting?.reject(new Error(message.problem));
  }
}

/** What starts a program as a user, with shared mounts of its own. */
function sharingMounts(uid: number): readonly [string, ...string[]] {
  const asUser = ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  const share = ['sh', '-c', 'mount --make-rshared / && exec "$@"', 'sh'];
  return ['unshare', '--mount', '--propagation', 'private', ...share, ...asUser];
}
