const CUT = ' […] ';

/**
 * A text of at most `most` UTF-16 units: of a longer one its beginning and its end, in whole characters. Nothing of the
 * longer one is kept in memory.
 */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor((most - CUT.length) / 2);
  const start = text.slice(0, half).replace(/[\uD800-\uDBFF]$/, '');
  const end = text.slice(-half).replace(/^[\uDC00-\uDFFF]/, '');
  // A slice refers to the whole text, and so would a text that is added up of slices.
  return [start, end].join(CUT);
}
