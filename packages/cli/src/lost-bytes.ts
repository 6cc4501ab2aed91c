import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { printable } from './text/printable.js';

/** What Node puts into a text for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * Refuses arguments of this program of which Node has not kept the bytes: they would name something else.
 * @throws Error naming the first.
 */
export function refuseLostArguments(argv: readonly string[]): void {
  const lost = argv.some(hasReplacement) ? firstLost('/proc/self/cmdline') : undefined;
  if (lost === undefined) return;
  throw new Error(
    `the argument ${printable(lost)} is not UTF-8 and would be changed; let a shell name it by a pattern (sh -c 'rm caf*')`,
  );
}

/** The same for variables that this program has been given. @throws Error naming the first. */
export function refuseLostVariables(env: Readonly<Record<string, string>>): void {
  const lost = Object.entries(env).flat().some(hasReplacement) ? firstLost('/proc/self/environ') : undefined;
  if (lost === undefined) return;
  const name = printable(lost.split('=', 1).join());
  throw new Error(`the variable ${name} is not UTF-8 and would be changed; leave it out (env -u ${name})`);
}

function hasReplacement(text: string): boolean {
  return text.includes(REPLACEMENT);
}

/** The first part that is not UTF-8, as Node has it: a text may hold U+FFFD of itself. Undefined, too, where there is no /proc. */
function firstLost(file: string): string | undefined {
  const parts = partsOf(file).map((part) => Buffer.from(part, 'latin1'));
  return parts.find((part) => !isUtf8(part))?.toString();
}

/** Each character is a byte. */
function partsOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'latin1').split('\0');
  } catch {
    return [];
  }
}
