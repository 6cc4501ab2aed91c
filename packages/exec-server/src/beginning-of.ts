/** As much of a text as has room: whole characters, since half of one is no text that every peer can read. @param length In UTF-16 units. */
export function beginningOf(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
