import { lineEnd } from './terminal/verbatim-output.js';
import { printableLines } from './text/printable.js';

/**
 * Tells the person at the terminal what went wrong; stdout stays free for the command's output. Names in it may be chosen by a
 * command, and the terminal obeys none of them; only line ends stay.
 */
export function complain(message: string): void {
  process.stderr.write(`holdfast: ${printableLines(message)}${lineEnd()}`);
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
