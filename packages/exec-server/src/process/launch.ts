import { ExecError, type ParamsOf, parsePathUri, type processStart } from '@holdfast/exec-protocol';
import { prepare } from '@holdfast/sandbox';
import { childEnvironment, type Environment } from './environment.js';
import type { ChildSpec } from './spawn/child.js';

/** What a start needs to know of this machine. */
export interface LaunchHost {
  readonly env: Environment;
}

/**
 * Turns what a client asked for into what is spawned, reading no file.
 * @throws ExecError for everything that this executor cannot do as asked; nothing runs weaker than it was meant to.
 */
export function planLaunch(params: ParamsOf<typeof processStart>, host: LaunchHost): ChildSpec {
  const cwd = nativeCwd(params.cwd);
  refuseUnenforceable(params);
  if (params.tty) {
    throw new ExecError(
      'ptyUnavailable',
      'this server cannot give a process a terminal yet; start it with tty: false',
    );
  }
  return {
    argv: params.argv,
    ...(params.arg0 == null ? {} : { arg0: params.arg0 }),
    cwd,
    env: childEnvironment(params.env, params.envPolicy, host.env),
    stdin: params.pipeStdin === true ? 'pipe' : 'null',
  };
}

function nativeCwd(uri: string): string {
  const parsed = parsePathUri(uri, 'posix');
  if (parsed.ok) return parsed.path;
  throw new ExecError('invalidPath', `cwd: ${parsed.message}`);
}

function refuseUnenforceable(params: ParamsOf<typeof processStart>): void {
  prepare({
    sandbox: params.sandbox ?? null,
    enforceManagedNetwork: params.enforceManagedNetwork ?? false,
    networkProxy: params.networkProxy ?? null,
  });
  const providers = params.credentialProviders ?? [];
  if (Object.keys(providers).length > 0) {
    throw new ExecError(
      'sandboxUnsupported',
      'credentialProviders: this server does not mask credentials; leave them out',
    );
  }
}
