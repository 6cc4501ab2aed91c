import { isUtf8 } from 'node:buffer';
import {
  ExecError,
  MAX_POLICY_PROCESS_ID_BYTES,
  type ParamsOf,
  parsePathUri,
  type processStart,
  type TerminalSize,
} from '@holdfast/exec-protocol';
import { type NetworkIntent, parseNetworkIntent, type SandboxIntent } from '@holdfast/sandbox';
import { childEnvironment, type Environment } from './environment.js';
import { COOKIE_VARIABLE, type Cookie, processCookie } from './guardian/cookie.js';
import type { ProcessTraits } from './managed-process.js';
import { intentOf, type Sandboxes } from './sandbox/sandboxes.js';
import { type ShownCommand, shownCommand } from './shown-command.js';
import type { ChildSpec } from './spawn/child.js';
import { refuseTooLong } from './start-size.js';

/** What a start needs to know of this machine. */
export interface LaunchHost {
  readonly env: Environment;
  /** What marks the processes of this server. */
  readonly cookie: Cookie;
  readonly sandboxes: Sandboxes;
}

/** As on the reference. */
const DEFAULT_SIZE: TerminalSize = { rows: 24, cols: 80 };

/** What is spawned, and what is known of the process from then on. */
export interface LaunchPlan {
  readonly child: ChildSpec;
  /** How it is to be confined; undefined for not at all. */
  readonly intent: SandboxIntent | undefined;
  /** The managed network that it gets; undefined where the intent alone decides about its network. */
  readonly network: NetworkIntent | undefined;
  /** The size of its terminal; undefined for a child without one. */
  readonly terminal: TerminalSize | undefined;
  readonly traits: ShownCommand & Pick<ProcessTraits, 'tty' | 'lifetime' | 'retention' | 'drainMs'>;
}

/**
 * Turns what a client asked for into what is spawned, reading no file.
 * @param number Of all processes of this server, so that each has a mark of its own.
 * @throws ExecError for everything that this executor cannot do as asked; nothing runs weaker than it was meant to.
 */
export function planLaunch(
  params: ParamsOf<typeof processStart>,
  host: LaunchHost,
  number: number,
): LaunchPlan {
  refuseTooLong(params);
  const cwd = nativeCwd(params.cwd);
  refuseNul(params);
  refuseUnenforceable(params);
  const env = childEnvironment(params.env, params.envPolicy, host.env);
  const network = networkOf(params, env);
  const lifetime = params.lifetime ?? 'session';
  const mark = processCookie(host.cookie, number);
  return {
    child: {
      argv: params.argv,
      ...(params.arg0 == null ? {} : { arg0: params.arg0 }),
      ...cwd,
      // First, for only so much of an environment is looked at.
      env: { [COOKIE_VARIABLE]: mark, ...env },
      mark: `${COOKIE_VARIABLE}=${mark}`,
      stdin: params.pipeStdin === true ? 'pipe' : 'null',
    },
    network,
    intent: intentOf(params.sandbox, host.sandboxes.ceiling, network),
    terminal: params.tty ? (params.size ?? DEFAULT_SIZE) : undefined,
    traits: {
      ...shownCommand(params),
      tty: params.tty,
      lifetime,
      retention: params.retention ?? (lifetime === 'server' ? 'drop' : 'keep'),
      drainMs: params.drainMs,
    },
  };
}

function nativeCwd(uri: string): Pick<ChildSpec, 'cwd' | 'cwdBytes'> {
  const parsed = parsePathUri(uri, 'posix');
  if (parsed.ok) return { cwd: parsed.path, ...(isUtf8(parsed.bytes) ? {} : { cwdBytes: parsed.bytes }) };
  throw new ExecError('invalidPath', `cwd: ${parsed.message}`);
}

/** Arguments reach a program as texts that end at a NUL. */
function refuseNul({ argv, arg0 }: ParamsOf<typeof processStart>): void {
  const at = argv.findIndex((argument) => argument.includes('\0'));
  const field = at >= 0 ? `argv.${String(at)}` : arg0?.includes('\0') === true ? 'arg0' : undefined;
  if (field === undefined) return;
  throw new ExecError(
    'invalidParams',
    `process/start: ${field}: holds a NUL, at which it would end; remove it`,
  );
}

function refuseUnenforceable(params: ParamsOf<typeof processStart>): void {
  if (params.sandbox == null) refuseNetworkAlone(params);
  const providers = params.credentialProviders ?? [];
  if (Object.keys(providers).length > 0) {
    throw new ExecError(
      'sandboxUnsupported',
      'credentialProviders: this server does not mask credentials; leave them out',
    );
  }
}

function networkOf(params: ParamsOf<typeof processStart>, env: Environment): NetworkIntent | undefined {
  const network = parseNetworkIntent(params, env);
  if (network?.decisionTimeoutMs === undefined) return network;
  const bytes = Buffer.byteLength(params.processId);
  if (bytes > 0 && bytes <= MAX_POLICY_PROCESS_ID_BYTES) return network;
  throw new ExecError(
    'invalidParams',
    `process/start: processId: must have 1 to ${String(MAX_POLICY_PROCESS_ID_BYTES)} bytes for a process that is asked about; choose a shorter one`,
  );
}

/** What is not confined goes past any proxy. */
function refuseNetworkAlone({ enforceManagedNetwork, networkProxy }: ParamsOf<typeof processStart>): void {
  const asked = networkProxy == null ? 'enforceManagedNetwork' : 'networkProxy';
  if (networkProxy == null && enforceManagedNetwork !== true) return;
  throw new ExecError(
    'sandboxUnsupported',
    `${asked}: only a process in a sandbox can be held to a managed network; send sandbox as well, or leave this out`,
  );
}
