import { type EnvPolicy, ExecError } from '@holdfast/exec-protocol';
import { matchesAll, type StarSteps } from '@holdfast/sandbox/internal';
import { isServerSecret } from '../credential-variables.js';

/** An environment, name to value. */
export type Environment = Readonly<Record<string, string>>;

const CORE = new Set(['HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'TMP', 'TEMP', 'USER']);

const DEFAULT_EXCLUDES = ['*KEY*', '*SECRET*', '*TOKEN*'];

/**
 * The environment of a child: exactly `env`, or, under a policy, what the policy leaves of the executor's own
 * environment with `env` laid over it. Secrets of the server are in neither.
 * @throws ExecError `invalidParams` for what would reach the child as something else, or not at all; `limitExceeded` for patterns that
 *   would take too long.
 */
export function childEnvironment(
  env: Environment,
  policy: EnvPolicy | null | undefined,
  executor: Environment,
): Environment {
  refuseUnfit('env', env);
  if (policy != null) refuseUnfit('envPolicy.set', policy.set);
  const inherited = policy == null ? {} : inheritedEnvironment(policy, executor);
  return filter({ ...inherited, ...env }, (name) => !isServerSecret(name));
}

/** An environment is a list of NAME=value, each up to a NUL: a name may hold neither, and a value no NUL. */
function refuseUnfit(field: string, env: Environment): void {
  for (const [name, value] of Object.entries(env)) {
    const fault = faultOf(name, value);
    if (fault !== undefined) throw new ExecError('invalidParams', `process/start: ${field}: ${fault}`);
  }
}

/** Names a variable, and never shows its value. */
function faultOf(name: string, value: string): string | undefined {
  if (name === '') return 'one name is empty; name the variable or leave it out';
  const quoted = JSON.stringify(name);
  if (name.includes('=')) return `the name ${quoted} holds a =; what follows it belongs into the value`;
  if (name.includes('\0')) return `the name ${quoted} holds a NUL; remove it`;
  if (value.includes('\0')) return `the value of ${quoted} holds a NUL; remove it`;
  return undefined;
}

function inheritedEnvironment(policy: EnvPolicy, executor: Environment): Environment {
  const excludes = policy.ignoreDefaultExcludes ? policy.exclude : [...DEFAULT_EXCLUDES, ...policy.exclude];
  const isExcluded = matcher(excludes, Object.keys(executor));
  const start = filter(executor, (name) => isInherited(name, policy.inherit) && !isExcluded(name));
  const all = { ...start, ...policy.set };
  return policy.includeOnly.length === 0 ? all : filter(all, matcher(policy.includeOnly, Object.keys(all)));
}

function isInherited(name: string, inherit: EnvPolicy['inherit']): boolean {
  return inherit === 'all' || (inherit === 'core' && CORE.has(name));
}

function filter(env: Environment, keep: (name: string) => boolean): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => keep(name)));
}

/** Steps that the patterns of one start may take over all names; a start takes some thousands. */
const MAX_PATTERN_STEPS = 2 ** 26;

/**
 * Patterns of * and ? over whole names, in any case.
 * @throws ExecError `limitExceeded` for so many, or so long ones, that nobody could wait for them.
 */
function matcher(patterns: readonly string[], names: readonly string[]): (name: string) => boolean {
  if (lengthOf(patterns) * lengthOf(names) > MAX_PATTERN_STEPS)
    throw new ExecError(
      'limitExceeded',
      'process/start: envPolicy: its patterns and the names of variables are too many, or too long; send fewer',
    );
  const lowered = patterns.map((pattern) => pattern.toLowerCase());
  return (name) => lowered.some((pattern) => matchesAll(pattern, name.toLowerCase(), UNITS));
}

const UNITS: StarSteps<string, string> = {
  isAny: (unit) => unit === '*',
  takes: (unit, own) => unit === '?' || unit === own,
};

/** Of all together, with one more for each. */
function lengthOf(texts: readonly string[]): number {
  return texts.reduce((length, text) => length + text.length + 1, 0);
}
