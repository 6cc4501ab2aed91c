import { lineEnd } from './terminal/verbatim-output.js';

/** Tells the person at the terminal what went wrong; stdout stays free for the command's output. */
export function complain(message: string): void {
  process.stderr.write(`holdfast: ${message}${lineEnd()}`);
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
