import { accessSync, constants } from 'node:fs';
import { refuse } from '../intent/refuse.js';

/** What starts a program under a name that is not its file's: bubblewrap itself from 0.9 on, or a bash. */
export type ProgramRenamer = 'bwrap' | 'bash';

const BASH = '/bin/bash';

/** What this machine has for it. @param hasOption Whether bubblewrap knows the option. */
export function findRenamer(hasOption: boolean): ProgramRenamer | undefined {
  if (hasOption) return 'bwrap';
  try {
    accessSync(BASH, constants.X_OK);
    return 'bash';
  } catch {
    return undefined;
  }
}

/**
 * The options and the words that start a command under its name.
 * @throws ExecError `sandboxUnsupported` where nothing here can do that.
 */
export function nameWords(
  { argv, arg0 }: { readonly argv: readonly [string, ...string[]]; readonly arg0?: string | undefined },
  renamer: ProgramRenamer | undefined,
): { readonly options: readonly string[]; readonly argv: readonly [string, ...string[]] } {
  if (arg0 === undefined || arg0 === argv[0]) return { options: [], argv };
  switch (renamer) {
    case 'bwrap':
      return { options: ['--argv0', arg0], argv };
    case 'bash':
      // With -p it reads no file and takes no function from the environment.
      return { options: [], argv: [BASH, '-p', '-c', 'exec -a "$0" -- "$@"', arg0, ...argv] };
    case undefined:
      return refuse(
        'arg0',
        'bubblewrap is older than 0.9 here and there is no /bin/bash, so a program keeps its own name; leave arg0 out',
      );
  }
}
