import { lineEnd } from './terminal/verbatim-output.js';
import { printableLines } from './text/printable.js';

/**
 * Tells the person at the terminal what went wrong; stdout stays free for the command's output. Names in it may be chosen by a
 * command, and the terminal obeys none of them; only line ends stay.
 */
export function complain(message: string): void {
  process.stderr.write(`holdfast: ${printableLines(message)}${lineEnd()}`);
}

/** The text of whatever was thrown, with what helps where the system lacks something. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const remedy = 'code' in error ? REMEDIES.get(error.code) : undefined;
  return remedy === undefined ? error.message : `${error.message}; ${remedy}`;
}

const REMEDIES: ReadonlyMap<unknown, string> = new Map([
  ['EMFILE', 'allow this program more descriptors (ulimit -n)'],
  ['ENFILE', 'the machine has no descriptors left (sysctl fs.file-max); end what holds them'],
]);
