import type { EnvPolicy } from '@holdfast/exec-protocol';

/** An environment, name to value. */
export type Environment = Readonly<Record<string, string>>;

const CORE = new Set(['HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'TMP', 'TEMP', 'USER']);

const DEFAULT_EXCLUDES = ['*KEY*', '*SECRET*', '*TOKEN*'];

// Credentials of this server, of its telemetry and of the reference server. HOLDFAST_URL holds the access token.
const SECRET_PREFIX = 'HOLDFAST_';
const SECRETS = new Set([
  'OTEL_EXPORTER_OTLP_HEADERS',
  'CODEX_EXEC_SERVER_EXIT_ON_STDIN_CLOSE',
  'CODEX_EXEC_SERVER_NOISE_AUTH_TOKEN',
  'CODEX_GUARDIAN_DECISIONS_API_KEY',
  'OPENAI_IDENTITY_TOKEN_FILE',
]);

/**
 * The environment of a child: exactly `env`, or, under a policy, what the policy leaves of the executor's own
 * environment with `env` laid over it. Secrets of the server are in neither.
 */
export function childEnvironment(
  env: Environment,
  policy: EnvPolicy | null | undefined,
  executor: Environment,
): Environment {
  const inherited = policy == null ? {} : inheritedEnvironment(policy, executor);
  return filter({ ...inherited, ...env }, (name) => !isSecret(name));
}

function inheritedEnvironment(policy: EnvPolicy, executor: Environment): Environment {
  const excludes = policy.ignoreDefaultExcludes ? policy.exclude : [...DEFAULT_EXCLUDES, ...policy.exclude];
  const isExcluded = matcher(excludes);
  const start = filter(executor, (name) => isInherited(name, policy.inherit) && !isExcluded(name));
  const all = { ...start, ...policy.set };
  return policy.includeOnly.length === 0 ? all : filter(all, matcher(policy.includeOnly));
}

function isInherited(name: string, inherit: EnvPolicy['inherit']): boolean {
  return inherit === 'all' || (inherit === 'core' && CORE.has(name));
}

function isSecret(name: string): boolean {
  return name.startsWith(SECRET_PREFIX) || SECRETS.has(name);
}

function filter(env: Environment, keep: (name: string) => boolean): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => keep(name)));
}

/** Patterns of * and ? over whole names, in any case. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${source}$`, 'is');
  });
  return (name) => expressions.some((expression) => expression.test(name));
}
