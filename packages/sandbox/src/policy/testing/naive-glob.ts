/**
 * Whether a pattern for one name matches it, tried in all ways.
 * @param pattern Its characters; braces and brackets are paired in it. @param name Its characters.
 */
export function matchesNaively(pattern: readonly string[], name: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  const [character, ...others] = name;
  if (first === undefined) return character === undefined;
  if (first === '*')
    return matchesNaively(rest, name) || (character !== undefined && matchesNaively(pattern, others));
  if (first === '{') {
    const end = rest.indexOf('}');
    const choices = rest.slice(0, end).join('').split(',');
    return choices.some((choice) => matchesNaively([...Array.from(choice), ...rest.slice(end + 1)], name));
  }
  if (character === undefined) return false;
  if (first !== '[') return (first === '?' || first === character) && matchesNaively(rest, others);
  const end = rest.indexOf(']');
  return isInClass(character, rest.slice(0, end)) && matchesNaively(rest.slice(end + 1), others);
}

function isInClass(character: string, [first = '', ...members]: readonly string[]): boolean {
  return first === '!' ? !isMember(character, members) : isMember(character, [first, ...members]);
}

/** Members are single characters and ranges. */
function isMember(character: string, members: readonly string[]): boolean {
  const [from, dash, to, ...rest] = members;
  if (from === undefined) return false;
  if (dash !== '-' || to === undefined) return character === from || isMember(character, members.slice(1));
  const code = codeOf(character);
  return (code >= codeOf(from) && code <= codeOf(to)) || isMember(character, rest);
}

/** The number of a character. */
export function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
