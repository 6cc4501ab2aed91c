import { printable, printableLines } from '@holdfast/sandbox/internal';

export { printable, printableLines };

/** A command as it could be typed. */
export function printableCommand(argv: readonly string[]): string {
  return argv.map(quoteIfNeeded).join(' ');
}

function quoteIfNeeded(word: string): string {
  const shown = printable(word);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
