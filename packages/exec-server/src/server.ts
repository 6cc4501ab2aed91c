import { tmpdir } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { OperatorCeiling } from '@holdfast/sandbox';
import { type AccessPolicy, createToken } from './auth.js';
import { systemClock } from './clock.js';
import { createCapabilityFinder } from './config/capabilities/capability-finder.js';
import { createExecutorConfig } from './config/executor-config.js';
import { createServerCore, type Lifetimes } from './core.js';
import { type Host, readHost } from './host.js';
import { HttpClient } from './http/http-client.js';
import { createHttpPlaces } from './http/http-places.js';
import { createLogger, type Logger, type LogLevel } from './logger.js';
import { COOKIE_VARIABLE, createCookie } from './process/guardian/cookie.js';
import { createGuardian, type Guardian } from './process/guardian/guardian.js';
import { descriptorLimit } from './process/sandbox/descriptor-limit.js';
import { FileHelpers, type FileHelpersHost } from './process/sandbox/file-helpers/file-helpers.js';
import { readHelperProgram } from './process/sandbox/file-helpers/helper-program.js';
import { OwnPaths } from './process/sandbox/own-paths.js';
import { createSandboxes, type Sandboxes, type SandboxHost } from './process/sandbox/sandboxes.js';
import { createOsProcesses } from './process/spawn/os-processes.js';
import { createPipePool } from './process/spawn/pipe/pipe-pool.js';
import { createSpillDirectory, type SpillDirectory } from './process/spill/spill-directory.js';
import { type Shortage, ShortageLog } from './shortage-log.js';
import { keepSpareDescriptor } from './spare-descriptor.js';
import { type ListenEvents, type Listener, listen } from './transport/listen.js';
import { DEFAULT_LISTEN_URL, type ListenAddress, parseListenUrl } from './transport/listen-address.js';
import { StdioTransport } from './transport/stdio-transport.js';

/** Where and how much output is spilled to disk; beyond it processes wait for their readers. */
export interface SpillSettings {
  /** A directory on a disk, in which the server makes a private one; default `/var/tmp`. */
  readonly directory?: string;
  /** For one process; default 256 MiB. */
  readonly processBytes?: number;
  /** For all processes; default 4 GiB. */
  readonly serverBytes?: number;
}

/** How a server is set up. */
export interface ExecServerOptions extends Lifetimes {
  /** `ws://IP:PORT` on loopback, `unix:PATH` or `stdio`; default `ws://127.0.0.1:0`, a free port. */
  readonly listen?: string;
  /** The capability token that WebSocket clients must show; default a fresh one, null to let everybody in. */
  readonly token?: string | null;
  /** The file that it was read from, if any: no sandbox that restricts files shows it. */
  readonly tokenFile?: string | undefined;
  /** Names that the `Host` header may have besides IP addresses and localhost. */
  readonly allowedHosts?: readonly string[];
  /** How much is logged to stderr; default `info`. */
  readonly logLevel?: LogLevel;
  /** Where output goes that nobody has read yet and that fits into no memory. */
  readonly spill?: SpillSettings;
  /** The most that any process may do, as `parseCeiling` reads it; default whatever its client allows. */
  readonly sandboxCeiling?: OperatorCeiling | undefined;
  /**
   * Where this server runs inside of a sandbox of its system in which there can be no other: whether commands that are to be
   * confined have that one, instead of being refused; default false.
   */
  readonly inheritsOuterSandbox?: boolean | undefined;
  /** The streams that `stdio` uses; default those of this program. */
  readonly stdio?: { readonly input: Readable; readonly output: Writable };
}

/** Whom the token, the mode of a Unix socket or the own stdio stands for. */
const PRINCIPAL = 'default';

/** Everybody, on a server without a token. */
const ANONYMOUS = 'anonymous';

/** Beside this file, as built. */
const FILE_HELPER = fileURLToPath(new URL('./file-helper.cjs', import.meta.url));

/** What a server has met that can take one more connection and no further. */
const LAST_DESCRIPTOR: Shortage = {
  shortage: 'noDescriptors',
  reason: 'a connection took the last file descriptor; end some processes or raise the limit (ulimit -n)',
};

/** A running server. */
export interface ExecServer extends AsyncDisposable {
  /** What clients dial, token included; undefined on stdio. */
  readonly url: string | undefined;
  /** Settles when a stdio server's input has ended and its processes with it; never for other servers. */
  readonly ended: Promise<void>;
  /** Ends all connections and all processes; waits until they are gone. */
  close(): Promise<void>;
}

/**
 * Starts a server on this machine: puts the core between a transport and the operating system.
 * @throws RangeError for a listen URL that is not understood and for a lifetime that is none; Error for a ceiling with an inherited
 *   sandbox, and from the system when it cannot be had.
 */
export async function createExecServer(options: ExecServerOptions = {}): Promise<ExecServer> {
  refuseContradiction(options);
  const address = parseListenUrl(options.listen ?? DEFAULT_LISTEN_URL);
  const machine = readHost(options.sandboxCeiling !== undefined);
  const ownPaths = ownPathsOf(options);
  const pipes = createPipePool({ directory: () => ownPaths.pipes });
  const processes = createOsProcesses(pipes);
  const releaseSpare = keepSpareDescriptor();
  const logger = createLogger(options.logLevel ?? 'info');
  const shortages = shortagesOf(logger);
  const cookie = createCookie(machine.env[COOKIE_VARIABLE]);
  const guardian = guardianOf(cookie.own, logger);
  const spill = spillOf(options.spill, ownPaths, logger);
  const http = new HttpClient(createHttpPlaces(descriptorLimit()));
  const confinement = confinementOf(machine, options, { processes, cookie, logger, ownPaths });
  const core = createServerCore({
    clock: systemClock,
    processes,
    environment: machine.environment,
    env: machine.env,
    config: createExecutorConfig(machine.codex),
    capabilities: createCapabilityFinder(machine.codex),
    http,
    logger,
    guardian,
    spill,
    shortages,
    cookie,
    ...confinement,
    ...lifetimesIn(options),
  });
  const closeAll = async (listener?: Listener): Promise<void> => {
    const stopped = listener?.close();
    await core.close();
    await stopped;
    await http.close();
    await guardian.close();
    await spill.close();
    await pipes.close();
    releaseSpare();
  };

  if (address.kind === 'stdio') {
    const { input, output } = options.stdio ?? { input: process.stdin, output: process.stdout };
    const { ended } = core.accept(new StdioTransport(input, output), PRINCIPAL, { isResumable: false });
    return serverOf(undefined, ended, () => closeAll());
  }
  const { principal, ...policy } = admissionOf(address.kind, options);
  const events: ListenEvents = {
    accept: (transport) => void core.accept(transport, principal, { isResumable: true }),
    onFull: () => {
      shortages.met(LAST_DESCRIPTOR);
    },
  };
  const listener = await listenHidden(address, policy, events, ownPaths).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  const url = withToken(listener.url, policy.token);
  return serverOf(url, new Promise(() => undefined), () => closeAll(listener));
}

function withToken(url: string, token: string | null): string {
  return token === null ? url : `${url}/?token=${encodeURIComponent(token)}`;
}

function lifetimesIn({ sessionTtlMs, closedProcessTtlMs, silenceMs }: Lifetimes): Lifetimes {
  return { sessionTtlMs, closedProcessTtlMs, silenceMs };
}

function ownPathsOf({ spill, tokenFile }: ExecServerOptions): OwnPaths {
  return new OwnPaths({ temporary: tmpdir(), spillDirectory: spill?.directory, tokenFile });
}

/** As `listen`; a socket in the file system is hidden before anybody who connects to it is heard. */
async function listenHidden(
  address: Exclude<ListenAddress, { kind: 'stdio' }>,
  policy: AccessPolicy,
  events: ListenEvents,
  ownPaths: OwnPaths,
): Promise<Listener> {
  const listener = await listen(address, policy, events);
  try {
    if (address.kind === 'unix') ownPaths.addSocket(address.path);
    return listener;
  } catch (error) {
    await listener.close();
    throw error;
  }
}

function refuseContradiction({ sandboxCeiling, inheritsOuterSandbox }: ExecServerOptions): void {
  if (sandboxCeiling !== undefined && inheritsOuterSandbox === true)
    throw new Error('a ceiling cannot be held in a sandbox that is inherited; give one of the two');
}

/** What confines processes and file requests. */
function confinementOf(
  { env, codex }: Host,
  { sandboxCeiling: ceiling, inheritsOuterSandbox: inheritsOuter }: ExecServerOptions,
  {
    logger,
    ownPaths,
    ...host
  }: Pick<FileHelpersHost, 'processes' | 'cookie'> &
    Pick<SandboxHost, 'ownPaths'> & { readonly logger: Logger },
): { readonly sandboxes: Sandboxes; readonly confinedFiles: FileHelpers } {
  const sandboxes = createSandboxes({ env, ceiling, inheritsOuter, logger, ownPaths });
  const program = readHelperProgram(process.execPath, FILE_HELPER);
  return {
    sandboxes,
    confinedFiles: new FileHelpers({ ...host, sandboxes, clock: systemClock, env, codex, logger, program }),
  };
}

/** Who may come in, and as whom. */
function admissionOf(
  kind: 'tcp' | 'unix',
  options: ExecServerOptions,
): {
  readonly token: string | null;
  readonly allowedHosts: readonly string[] | null;
  readonly principal: string;
} {
  if (kind === 'unix') return { token: null, allowedHosts: null, principal: PRINCIPAL };
  const token = options.token === undefined ? createToken() : options.token;
  const principal = token === null ? ANONYMOUS : PRINCIPAL;
  return { token, allowedHosts: options.allowedHosts ?? [], principal };
}

function shortagesOf(logger: Logger): ShortageLog {
  return new ShortageLog(systemClock, (notice) => {
    logger.warn(notice, 'resources exhausted');
  });
}

function guardianOf(cookie: string, logger: Logger): Guardian {
  return createGuardian({
    cookie,
    clock: systemClock,
    onFailure: (failure) => {
      logger.error(failure, 'the guardian failed');
    },
  });
}

function spillOf(settings: SpillSettings | undefined, ownPaths: OwnPaths, logger: Logger): SpillDirectory {
  const { processBytes, serverBytes } = settings ?? {};
  return createSpillDirectory({
    clock: systemClock,
    onFailure: (err) => {
      logger.error({ err }, 'output cannot be spilled; it is kept, and processes wait until it can');
    },
    directory: () => ownPaths.spill,
    limits: {
      ...(processBytes === undefined ? {} : { processBytes }),
      ...(serverBytes === undefined ? {} : { serverBytes }),
    },
  });
}

function serverOf(url: string | undefined, ended: Promise<void>, closeAll: () => Promise<void>): ExecServer {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll());
  return { url, ended, close, [Symbol.asyncDispose]: close };
}
