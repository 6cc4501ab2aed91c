import { isAbsolute } from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';

/** A program, and where it runs. */
export interface CommandToRun {
  readonly argv: readonly [string, ...string[]];
  /** Absolute. */
  readonly cwd: string;
  /** All of its variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Refuses what no compiler has looked at. @throws ExecError `invalidParams`, naming the member. */
export function requireCommand(command: CommandToRun): void {
  const { argv, cwd, env }: Readonly<Record<keyof CommandToRun, unknown>> = command;
  if (!Array.isArray(argv) || !argv.every(isText) || argv.length === 0 || argv[0] === '')
    invalid('argv: names no program; give it and its arguments, as texts');
  if (!isText(cwd) || !isAbsolute(cwd)) invalid('cwd: is no absolute path; name the directory to run in');
  if (typeof env !== 'object' || env === null || !Object.values(env).every(isText))
    invalid('env: is no object of texts; give all variables of the command, such as { PATH }');
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function invalid(problem: string): never {
  throw new ExecError('invalidParams', problem);
}
