import { accessSync, constants, statSync } from 'node:fs';
import { whyNotRunnable } from '@holdfast/sandbox/internal';
import type { ChildSpec } from './child.js';
import { errorCode, SpawnError } from './spawn-error.js';
import { explainSpawnFailure, programCandidates } from './spawn-failure.js';

/**
 * The files that running a program would try and could run, looked for where a wrapper would find them too late.
 * @throws SpawnError when there are none, or the working directory cannot be entered.
 */
export function runnableCandidates(spec: ChildSpec): readonly string[] {
  if ((spec.argv[0] ?? '') === '') throw new SpawnError('missingProgram', 'argv[0] is empty; name a program');
  const files = programCandidates(spec);
  const failures = files.map(whyNotRunnable);
  const runnable = files.filter((_, at) => failures[at] === undefined);
  const failure = enteringFails(spec) ?? (runnable.length > 0 ? undefined : worstOf(failures));
  if (failure === undefined) return runnable;
  throw explainSpawnFailure(failure, spec);
}

function worstOf(failures: readonly unknown[]): unknown {
  return failures.find((failure) => errorCode(failure) !== 'ENOENT') ?? failures[0];
}

function enteringFails({ cwd, cwdBytes }: ChildSpec): unknown {
  const directory = cwdBytes === undefined ? cwd : Buffer.from(cwdBytes);
  try {
    accessSync(directory, constants.X_OK);
    return statSync(directory).isDirectory() ? undefined : Object.assign(new Error(), { code: 'ENOTDIR' });
  } catch (error) {
    return error;
  }
}
