import { errorCode } from '../files/error-code.js';
import type { FileFacts } from '../files/file-facts.js';
import { pathFrom } from '../files/paths.js';
import { whyNotRunnable } from '../files/why-not-runnable.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import { accessTo } from '../policy/visibility.js';

/** A program as it is asked for: by a path, or by a name that is looked up in the `PATH` of its own variables. */
interface AskedProgram {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Why a program cannot be executed in a sandbox, as far as looking at it tells: the code of the system, or that the sandbox does not show it.
 * Undefined where it can.
 */
export function whyNotExecutable(
  { argv: [program], cwd, env }: AskedProgram,
  policy: NormalisedPolicy,
  files: FileFacts,
): string | undefined {
  // Without a PATH a shell has one of its own.
  const directories = program.includes('/') ? [''] : env['PATH']?.split(':');
  if (directories === undefined) return undefined;
  const problems = directories.map((directory) =>
    problemAt(pathFrom(pathFrom(cwd, directory), program), policy, files),
  );
  if (problems.includes(undefined)) return undefined;
  return problems.find((problem) => problem !== 'ENOENT') ?? 'ENOENT';
}

function problemAt(file: string, policy: NormalisedPolicy, files: FileFacts): string | undefined {
  const problem = whyNotRunnable(file);
  if (problem !== undefined) return errorCode(problem) ?? 'nobody can tell why';
  return (accessTo(file, policy, files) ?? 'deny') === 'deny' ? 'the sandbox does not show it' : undefined;
}
