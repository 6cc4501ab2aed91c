import { writeToStderr } from './terminal/left-terminal.js';
import { lineEnd } from './terminal/verbatim-output.js';
import { printableLines } from './text/printable.js';

/**
 * Tells the person at the terminal what went wrong; stdout stays free for the command's output. Names in it may be chosen by a
 * command, and the terminal obeys none of them; only line ends stay.
 */
export function complain(message: string): void {
  writeToStderr(`holdfast: ${printableLines(message)}${lineEnd()}`);
}

/** The text of whatever was thrown, with what helps where the system lacks something, be that told by another error. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const remedy = remedyOf(error);
  return remedy === undefined || error.message.endsWith(remedy)
    ? error.message
    : `${error.message}; ${remedy}`;
}

function remedyOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return ('code' in error ? REMEDIES.get(error.code) : undefined) ?? remedyOf(error.cause);
}

const REMEDIES: ReadonlyMap<unknown, string> = new Map([
  ['EMFILE', 'allow this program more descriptors, such as 1024 (ulimit -n)'],
  ['ENFILE', 'the machine has no descriptors left (sysctl fs.file-max); end what holds them'],
]);
