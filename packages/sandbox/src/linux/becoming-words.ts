import type { FileIdentity } from '../files/resolve-path.js';
import type { Hold } from './mount-words.js';
import { SHELL } from './system-programs.js';

/** What of a command is done in the sandbox before it is executed. */
export interface Beginning {
  /** A canonical path that the sandbox shows. */
  readonly cwd: string;
  /** Which directory `cwd` must be when the command runs; default the one that it is when that is planned, where somebody may exchange it. */
  readonly heldCwd?: FileIdentity | undefined;
  /**
   * Whether it has the standard error of whoever starts the wrapper, and the wrapper another one for its own complaints;
   * default false.
   */
  readonly hasOwnErrors?: boolean;
}

/**
 * What runs in the sandbox before a command and then becomes it, for which it must show `SHELL`. The descriptors for it are the first of a plan: a number of two
 * digits could not be closed in every shell.
 */
export function becomingWords({ hasOwnErrors, cwd, heldCwd }: Beginning, hold: Hold): readonly string[] {
  const errors = hasOwnErrors === true ? hold({ kind: 'errors' }) : undefined;
  const script = [
    ...(errors === undefined ? [] : [`exec 2>&${errors} ${errors}>&-`]),
    ...(heldCwd === undefined
      ? []
      : comparePlace(hold({ kind: 'path', path: cwd, identity: heldCwd }), hold)),
  ];
  return script.length === 0 ? [] : [SHELL, '-c', [...script, 'exec "$@"'].join('; '), 'sh'];
}

function comparePlace(held: string, hold: Hold): readonly string[] {
  const verdict = hold({ kind: 'place' });
  return [
    `[ . -ef /proc/self/fd/${held} ] || { echo elsewhere >&${verdict}; exit 1; }`,
    `exec ${held}<&- ${verdict}>&-`,
  ];
}
