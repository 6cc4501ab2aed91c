import { refuse } from '../refuse.js';

/** What starts a program under a name that is not its file's: bubblewrap itself from 0.9 on, or a bash. */
export type ProgramRenamer = 'bwrap' | 'bash';

/** It can start a program under any name. */
export const BASH = '/bin/bash';

/**
 * The options and the words that start a command under its name.
 * @param isFirst Whether bubblewrap executes the command itself, and nothing that becomes it later.
 * @throws ExecError `sandboxUnsupported` where nothing here can do that.
 */
export function nameWords(
  { argv, arg0 }: { readonly argv: readonly [string, ...string[]]; readonly arg0?: string | undefined },
  renamers: readonly ProgramRenamer[],
  isFirst: boolean,
): { readonly options: readonly string[]; readonly argv: readonly [string, ...string[]] } {
  if (arg0 === undefined || arg0 === argv[0]) return { options: [], argv };
  if (isFirst && renamers.includes('bwrap')) return { options: ['--argv0', arg0], argv };
  if (renamers.includes('bash')) {
    // With -p it reads no file and takes no function from the environment.
    return { options: [], argv: [BASH, '-p', '-c', 'exec -a "$0" -- "$@"', arg0, ...argv] };
  }
  return refuse(
    'arg0',
    'there is no /bin/bash, and bubblewrap is older than 0.9 here or does not start the program itself, so a program keeps its own name; leave arg0 out',
  );
}
