import { ExecError } from '@holdfast/exec-protocol';

/** The command ran longer than `--timeout` allowed; the code that timeout(1) uses. */
export const EXIT_TIMEOUT = 124;

/** Holdfast itself failed: no connection, bad options, a lost session. The command's own codes stay distinct. */
export const EXIT_OWN_FAILURE = 125;

/** The program exists but cannot be run, as shells say it. */
const EXIT_CANNOT_RUN = 126;

/** The program does not exist, as shells say it. */
const EXIT_NOT_FOUND = 127;

/** What was to read our output has gone: 128 + SIGPIPE. */
export const EXIT_BROKEN_PIPE = 141;

/** Something that was to be copied was not. */
export const EXIT_NOT_COPIED = 1;

/** A process that was named is not there, or has ended already. */
export const EXIT_NO_PROCESS = 1;

/** What a failure means for the exit code of `holdfast run`. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof ExecError)) return EXIT_OWN_FAILURE;
  switch (error.kind) {
    case 'programNotFound':
    case 'missingProgram':
      return EXIT_NOT_FOUND;
    case 'permissionDenied':
    case 'badExecutable':
      return EXIT_CANNOT_RUN;
    default:
      return EXIT_OWN_FAILURE;
  }
}
