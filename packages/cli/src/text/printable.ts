/** Text of others as it can be printed: what would steer a terminal or turn the direction of writing is escaped. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same for text whose line ends are our own. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** A command as it could be typed. */
export function printableCommand(argv: readonly string[]): string {
  return argv.map(quoteIfNeeded).join(' ');
}

function quoteIfNeeded(word: string): string {
  const shown = printable(word);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
