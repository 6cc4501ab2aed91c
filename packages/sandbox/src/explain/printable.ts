/**
 * Text of others as it can be printed, so that whoever reads it sees every character: what would steer a terminal, turn the
 * direction of writing, or stand there without being seen is escaped, as JSON and JavaScript write it.
 */
export function printable(text: string): string {
  return text.replace(UNSEEN, (characters) =>
    Array.from({ length: characters.length }, (_, at) => escaped(characters.charCodeAt(at))).join(''),
  );
}

/** The same for text whose line ends are our own. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** Controls, format characters such as U+200B, separators of lines, and what fonts leave out, tags and fillers among it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
