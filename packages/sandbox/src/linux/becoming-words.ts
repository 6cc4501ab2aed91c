import type { FileIdentity } from '../files/resolve-path.js';
import type { Hold } from './mount-words.js';
import { SHELL } from './system-places.js';

/** What of a command is done in the sandbox before it is executed. */
export interface Beginning {
  /** A canonical path that the sandbox shows. */
  readonly cwd: string;
  /**
   * Which directory `cwd` must be when the command runs; default the one that it is when that is planned, where somebody may exchange
   * it. It does not count where a shell would change the variables of the command.
   */
  readonly heldCwd?: FileIdentity | undefined;
  /**
   * Whether it has the standard error of whoever starts the wrapper, and the wrapper another one for its own complaints;
   * default false.
   */
  readonly hasOwnErrors?: boolean;
}

/**
 * What runs in the sandbox before a command and then becomes it, for which it must show `SHELL`. The descriptors for it are the first
 * of a plan: a number of two digits could not be closed in every shell.
 */
export function becomingWords({ hasOwnErrors, heldCwd }: Beginning, hold: Hold): readonly string[] {
  const errors = hasOwnErrors === true ? hold({ kind: 'errors' }) : undefined;
  const place = heldCwd === undefined ? undefined : hold({ kind: 'place' });
  const script = [
    ...(errors === undefined ? [] : [`exec 2>&${errors} ${errors}>&-`]),
    // Whoever gives the line has seen where this runs. Nothing of the host may be open here, where variables of the command have programs loaded.
    ...(place === undefined
      ? []
      : [`read -r holdfast_go <&${place} || exit 1`, `unset holdfast_go; exec ${place}<&-`]),
  ];
  return script.length === 0 ? [] : [SHELL, '-c', [...script, 'exec "$@"'].join('; '), 'sh'];
}

/** Whether a shell hands all variables on as they are. */
export function isKeptByShell(env: Readonly<Record<string, string>>): boolean {
  return Object.keys(env).every((name) => PLAIN_NAME.test(name) && !OWN_VARIABLES.has(name));
}

const PLAIN_NAME = /^[A-Za-z_]\w*$/;

/** Shells set these themselves. */
const OWN_VARIABLES: ReadonlySet<string> = new Set(['IFS', 'OPTIND', 'PPID']);
