/**
 * What names the same file on macOS, where volumes mostly compare names without regard to case and to how characters are
 * composed, and where one volume is there under two names.
 */

/** Where the volume of users and their data is, of which the root shows most directories as its own. */
export const DATA_VOLUME = '/System/Volumes/Data';

/** A path as the root shows it. */
export function withoutDataVolume(path: string): string {
  const isBelow = path.toLowerCase().startsWith(`${DATA_VOLUME.toLowerCase()}/`);
  return isBelow ? path.slice(DATA_VOLUME.length) : path;
}

/** The same text for every spelling of a path. */
export function spellingKey(path: string): string {
  return withoutDataVolume(path).normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}

/** A pattern for the beginning of a path in all its spellings. */
export function anySpelling(path: string): string {
  const letters = withoutDataVolume(path).normalize('NFD').match(CLUSTERS) ?? [];
  const spelled: string[] = [];
  for (let at = 0; at < letters.length; ) {
    const rest = letters
      .slice(at, at + LONGEST_JOINED)
      .join('')
      .toLowerCase();
    const [joined, others] = JOINED.find(([text]) => rest.startsWith(text)) ?? ['', []];
    const count = Math.max(1, joined.length);
    const each = letters.slice(at, at + count).map(anyCase);
    spelled.push(others.length === 0 ? each.join('') : `(${[each.join(''), ...others].join('|')})`);
    at += count;
  }
  return `(${literally(DATA_VOLUME)})?${spelled.join('')}`;
}

/**
 * A pattern for names that begin with a dot, or lie below one that does, and hold characters which some volumes pass over
 * when they compare names.
 */
export const PASSED_OVER_IN_DOTTED = (() => {
  const codes = [0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e];
  const more = [0x206a, 0x206b, 0x206c, 0x206d, 0x206e, 0x206f, 0xfeff];
  const any = `(${[...codes, ...more].map((code) => String.fromCodePoint(code)).join('|')})`;
  return `^(.*)/(${any}*\\..*${any}|${any}+\\.)`;
})();

/** A character with the marks on it. */
const CLUSTERS = /\P{M}\p{M}*|\p{M}+/gu;

/** Characters that stand for several letters, by these; the longest first. */
const JOINED: readonly (readonly [letters: string, others: readonly string[]])[] = [
  ['ffi', ['\ufb03', '\ufb00[iI]', '[fF]\ufb01']],
  ['ffl', ['\ufb04', '\ufb00[lL]', '[fF]\ufb02']],
  ['ff', ['\ufb00']],
  ['fi', ['\ufb01']],
  ['fl', ['\ufb02']],
  ['st', ['\ufb05', '\ufb06', '\u017f[tT]']],
  ['ss', ['\u00df', '\u1e9e']],
];
const LONGEST_JOINED = 3;

/** Characters that are another one, by that. */
const OTHERWISE: Readonly<Record<string, string>> = {
  k: '\u212a',
  s: '\u017f',
  ';': '\u037e',
  '`': '\u1fef',
};

/** Alternatives and no class: a class may be one of bytes, of which most letters have several. */
function anyCase(letter: string): string {
  const cases = [letter, letter.toLowerCase(), letter.toUpperCase()];
  const forms = cases.flatMap((one) => [one.normalize('NFC'), one.normalize('NFD')]);
  const other = OTHERWISE[letter.toLowerCase()];
  const all = [...new Set([...forms, ...(other === undefined ? [] : [other])])].sort();
  const plain = all.filter((one) => /^[a-zA-Z]$/.test(one));
  const alternatives = [
    ...(plain.length > 1 ? [`[${plain.toReversed().join('')}]`] : plain),
    ...all.filter((one) => !plain.includes(one)).map(literally),
  ];
  const [only = ''] = alternatives;
  return alternatives.length === 1 ? only : `(${alternatives.join('|')})`;
}

function literally(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
