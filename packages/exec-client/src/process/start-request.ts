import {
  type EnvironmentInfo,
  type EnvPolicy,
  ExecError,
  type ParamsOf,
  type ProcessId,
  type processStart,
} from '@holdfast/exec-protocol';
import type { Link } from '../connection/link.js';
import { executorUri } from '../executor-path.js';
import type { SpawnOptions } from './handle.js';
import { networkMembers } from './network-request.js';
import { requireExtension } from './process-requests.js';

/** What a terminal is taken for unless the caller knows better. */
const DEFAULT_TERM = 'xterm-256color';

/** What `process/start` is sent for a command, without a window. */
export type StartRequest = Omit<ParamsOf<typeof processStart>, 'windowBytes'>;

/**
 * Says what to start in the words of the wire.
 * @throws ExecError `invalidParams` without a program, `invalidPath` for a working directory that the executor cannot have.
 */
export function startRequest(
  id: ProcessId,
  argv: readonly string[],
  options: SpawnOptions,
  executor: EnvironmentInfo,
): StartRequest {
  if (argv.length === 0) {
    throw new ExecError('invalidParams', 'argv is empty; name the program and its arguments');
  }
  const { inheritEnv = 'core', stdin = 'null', arg0, pty, sandbox, network } = options;
  return {
    processId: id,
    argv: [...argv],
    cwd: cwdUri(options.cwd, executor),
    env: definedOnly({ ...(pty === undefined ? {} : { TERM: DEFAULT_TERM }), ...options.env }),
    tty: pty !== undefined,
    pipeStdin: stdin === 'pipe',
    ...(arg0 === undefined ? {} : { arg0 }),
    ...(inheritEnv === 'none' ? {} : { envPolicy: inheriting(inheritEnv) }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(network === undefined ? {} : networkMembers(id, network)),
    ...extended(options),
  };
}

/** @throws ExecError `unsupported` when the options ask for more than the server can do. */
export function requireForStart(link: Link, { pty, lifetime, retention, drainMs }: SpawnOptions): void {
  if (typeof pty === 'object') requireExtension(link, 'pty', 'give a terminal a size');
  if (lifetime === 'server') requireExtension(link, 'attach', 'keep a process beyond its session');
  if (retention !== undefined)
    requireExtension(link, 'gap', 'be told what to do with output that nobody reads');
  if (drainMs !== undefined) requireExtension(link, 'drain', 'bound the wait for the end of output');
}

function extended({ pty, lifetime, retention, drainMs }: SpawnOptions): Partial<StartRequest> {
  return {
    ...(typeof pty === 'object' ? { size: { rows: pty.rows, cols: pty.cols } } : {}),
    ...(lifetime === 'server' ? { lifetime } : {}),
    ...(retention === undefined ? {} : { retention }),
    ...(drainMs === undefined ? {} : { drainMs }),
  };
}

function cwdUri(cwd: string | undefined, executor: EnvironmentInfo): string {
  return cwd === undefined ? (executor.cwd ?? 'file:///') : executorUri(cwd, executor, 'cwd');
}

function inheriting(inherit: EnvPolicy['inherit']): EnvPolicy {
  return { inherit, ignoreDefaultExcludes: false, exclude: [], set: {}, includeOnly: [] };
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
