import { ExecError, type ParamsOf, type processStart } from '@holdfast/exec-protocol';

/** UTF-16 units of arguments and environment of one start: Linux takes 6 MiB, however large its stack may be, and macOS less. */
export const MAX_COMMAND_CHARACTERS = 6 * 1024 * 1024;

/**
 * Looks at lengths alone, before anything of a start is read.
 * @throws ExecError `argumentsTooLong` for what no system runs a program with.
 */
export function refuseTooLong({ argv, env, envPolicy }: ParamsOf<typeof processStart>): void {
  let left = MAX_COMMAND_CHARACTERS;
  for (const argument of argv) left -= argument.length;
  for (const table of [env, envPolicy?.set ?? {}]) {
    for (const [name, value] of Object.entries(table)) left -= name.length + value.length;
  }
  if (left >= 0) return;
  throw new ExecError(
    'argumentsTooLong',
    `arguments and environment are longer than any system allows, which is ${String(MAX_COMMAND_CHARACTERS)} bytes; pass long data through stdin or a file`,
  );
}
