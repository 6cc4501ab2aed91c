/** A pattern for absolute paths: `*` and `?` stay within one name, `**` spans any number of them. */
export interface PathGlob {
  /** The deepest directory below which every match lies. */
  readonly base: string;
  /** How many levels below that a match can lie. */
  readonly levels: number;
  /** Whether an absolute path matches. */
  matches(path: string): boolean;
}

/** Compiles a pattern; one that does not start with a slash hangs below `directory`. Names with a leading dot match too. */
export function compileGlob(pattern: string, directory: string): PathGlob {
  const names = (pattern.startsWith('/') ? pattern : `${directory}/${pattern}`)
    .split('/')
    .filter((name) => name !== '' && name !== '.');
  const firstWild = names.findIndex((name) => WILD.test(name));
  const fixed = firstWild < 0 ? names.slice(0, -1) : names.slice(0, firstWild);
  const expression = new RegExp(`^${names.map(segment).join('')}$`, 's');
  return {
    base: `/${fixed.join('/')}`,
    levels: names.includes('**') ? Number.POSITIVE_INFINITY : names.length - fixed.length,
    matches: (path) => expression.test(path),
  };
}

const WILD = /[*?[{]/;
const META = /[\\^$.|+()[\]{}*?]/g;

function segment(name: string): string {
  return name === '**' ? '(?:/[^/]+)*' : `/${name.replace(TOKEN, translate)}`;
}

// A class, alternatives without nesting, or a single character.
const TOKEN = /\[[!^]?\]?[^\]/]*\]|\{[^{}/]*\}|[\s\S]/g;

function translate(token: string): string {
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.length > 2 && token.startsWith('[')) {
    const isNegated = /^\[[!^]/.test(token);
    const members = token.slice(isNegated ? 2 : 1, -1).replace(/[\\[\]^]/g, '\\$&');
    return isNegated ? `[^/${members}]` : `[${members}]`;
  }
  if (token.length > 1 && token.startsWith('{')) {
    const alternatives = token.slice(1, -1).split(',');
    return `(?:${alternatives.map((text) => text.replace(/[\s\S]/g, translate)).join('|')})`;
  }
  return token.replace(META, '\\$&');
}
