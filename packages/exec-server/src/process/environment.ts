import { type EnvPolicy, ExecError } from '@holdfast/exec-protocol';
import { matchesAll, type StarSteps } from '@holdfast/sandbox/internal';
import { isServerSecret } from '../credential-variables.js';

/** An environment, name to value. */
export type Environment = Readonly<Record<string, string>>;

const CORE = new Set(['HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'TMP', 'TEMP', 'USER']);

/** What is excluded by default, of a name in lower case. */
const SECRET_NAME = /key|secret|token/;

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
  const patterns = new NamePatterns();
  const isExcluded = patterns.matcher(policy.exclude);
  const isSecret = (name: string): boolean =>
    !policy.ignoreDefaultExcludes && SECRET_NAME.test(name.toLowerCase());
  const start = filter(
    executor,
    (name) => isInherited(name, policy.inherit) && !isSecret(name) && !isExcluded(name),
  );
  const all = { ...start, ...policy.set };
  return policy.includeOnly.length === 0 ? all : filter(all, patterns.matcher(policy.includeOnly));
}

function isInherited(name: string, inherit: EnvPolicy['inherit']): boolean {
  return inherit === 'all' || (inherit === 'core' && CORE.has(name));
}

function filter(env: Environment, keep: (name: string) => boolean): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => keep(name)));
}

/** Steps that the patterns of one start may take over all names, some 20 ms; a start takes thousands. */
const MAX_PATTERN_STEPS = 2 ** 21;

/** What one comparison counts before its first step. */
const COMPARISON_STEPS = 32;

/** Compares the names of variables with the patterns of one start. */
class NamePatterns {
  #stepsLeft = MAX_PATTERN_STEPS;

  /**
   * Patterns of * and ? over whole names, in any case.
   * @returns what throws ExecError `limitExceeded` where nobody could wait for all of them.
   */
  matcher(patterns: readonly string[]): (name: string) => boolean {
    const lowered = patterns.map((pattern) => pattern.toLowerCase());
    return (name) => {
      const own = name.toLowerCase();
      return lowered.some((pattern) => {
        this.#count(COMPARISON_STEPS);
        return matchesAll(pattern, own, this.#units);
      });
    };
  }

  readonly #units: StarSteps<string, string> = {
    isAny: (unit) => {
      this.#count(1);
      return unit === '*';
    },
    takes: (unit, own) => unit === '?' || unit === own,
  };

  #count(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0)
      throw new ExecError(
        'limitExceeded',
        'process/start: envPolicy: its patterns and the names of variables are too many, or too long; send fewer',
      );
  }
}
