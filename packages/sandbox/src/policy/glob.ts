import { namesOf } from '../files/paths.js';
import { MAX_BRACE_TEXTS, MAX_PATTERN_CHARACTERS } from '../limits.js';
import { matchesAll, type StarSteps } from './star-match.js';

/**
 * A pattern for absolute paths: `*` and `?` stay within one name, `**` spans any number of them. A character is a code point, in
 * the pattern as in names.
 */
export interface PathGlob {
  /** The deepest directory below which every match lies. */
  readonly base: string;
  /** How many levels below that a match can lie. */
  readonly levels: number;
  /** How many texts its names stand for by their braces, at least one: so many comparisons a path takes. */
  readonly texts: number;
  /** Whether an absolute path matches. */
  matches(path: string): boolean;
}

/**
 * Compiles a pattern; one that does not start with a slash hangs below `directory`. Names with a leading dot match too.
 * Whatever the pattern and the path, a match takes no longer than the product of their lengths.
 * @param spend Is told how many characters the texts of a name have at most, before any is made, and may throw.
 * @throws UnknownForm for what would match nothing of what it means elsewhere, and for the root; SyntaxError for a class with a range that
 * ends before it begins; RangeError for more than `MAX_PATTERN_CHARACTERS`, and where the braces of one name stand for more
 * than `MAX_BRACE_TEXTS` texts.
 */
export function compileGlob(
  pattern: string,
  directory: string,
  spend: (characters: number) => void = () => undefined,
): PathGlob {
  if (pattern.length > MAX_PATTERN_CHARACTERS)
    throw new RangeError(`has more than ${MAX_PATTERN_CHARACTERS} characters`);
  const bare = pattern.replace(CLASSES, 'x');
  const unknown = UNKNOWN_FORMS.find(([form]) => form.test(bare));
  if (unknown !== undefined) throw new UnknownForm(unknown[1]);
  const { names, fixed } = partsOf(pattern, directory);
  if (names.length === 0) throw new UnknownForm(ROOT);
  let texts = 0;
  const steps = names.map((name): Step => {
    if (name === '**') return ANY_NUMBER;
    if (!WILD.test(name)) return (candidate) => candidate === name;
    const tokens = tokensOf(name);
    const count = countTexts(tokens);
    texts += count;
    spend(count * name.length);
    return nameMatcher(tokens);
  });
  return {
    base: `/${fixed.join('/')}`,
    levels: names.includes('**') ? Number.POSITIVE_INFINITY : names.length - fixed.length,
    texts: Math.max(1, texts),
    matches: (path) => path !== '/' && matchesAll(steps, path.slice(1).split('/'), STEPS),
  };
}

/** The deepest directory below which every match of a pattern lies. The parameters are those of `compileGlob`. */
export function baseOf(pattern: string, directory: string): string {
  return `/${partsOf(pattern, directory).fixed.join('/')}`;
}

/** All names of a pattern, and those before the first that could be several. */
function partsOf(
  pattern: string,
  directory: string,
): { readonly names: readonly string[]; readonly fixed: readonly string[] } {
  const names = namesOf(pattern.startsWith('/') ? pattern : `${directory}/${pattern}`);
  const firstWild = names.findIndex((name) => WILD.test(name));
  return { names, fixed: firstWild < 0 ? names.slice(0, -1) : names.slice(0, firstWild) };
}

/** A form of patterns that others know, and that means nothing here. The message goes behind the pattern. */
export class UnknownForm extends Error {}

const ROOT = 'means the root of all files, which no pattern denies; send what is to be denied below it';

const CLASSES = /\[[!^]?\]\]|\[[!^]?\]?[^\]/]+\]/gu;

/** As shells, git and libraries have them. */
const UNKNOWN_FORMS: readonly (readonly [RegExp, string])[] = [
  [/^!/, 'begins with a !, which excludes elsewhere; leave it out, or send [!] behind **/ for the character'],
  [/^~/, 'begins with a ~, which stands for no home here; send the path of that, or [~] for the character'],
  [
    /^\$[A-Za-z_{]/,
    'begins with a variable, which stands for nothing here; send its value, or [$] for the character',
  ],
  [
    /(?:^|\/)[@+!]\([^/]*\)|[@+!?*]\([^/]*\|[^/]*\)/,
    'has alternatives in parentheses; send them in braces, or [(] for the character',
  ],
  [/\|/, 'has a bar; send several patterns instead, or [|] for the character'],
  [/\{[^{},/]*\.\.[^{},/]*\}/, 'has a range in braces; send [0-9] or several patterns instead'],
];

const WILD = /[*?[{]/;

const ANY_NUMBER = Symbol('any number of items');

/** What one item must be, or any number of them. */
type Step = ((item: string) => boolean) | typeof ANY_NUMBER;

const STEPS: StarSteps<Step, string> = {
  isAny: (step) => step === ANY_NUMBER,
  takes: (step, item) => step !== ANY_NUMBER && step(item),
};

function nameMatcher(tokens: readonly string[]): (candidate: string) => boolean {
  const known = new Map<string, Step>();
  const stepOf = (token: string): Step => {
    const step = known.get(token) ?? characterStep(token);
    known.set(token, step);
    return step;
  };
  const all = alternativesOf(tokens).map((text) => text.map(stepOf));
  return (candidate) => {
    const characters = charactersOf(candidate);
    return all.some((steps) => matchesAll(steps, characters, STEPS));
  };
}

// A class, alternatives without nesting, or a single character.
const TOKEN = /\[[!^]?\]\]|\[[!^]?\]?[^\]/]+\]|\{[^{}/]*\}|[\s\S]/gu;

// As in [[:alpha:]], where a class has ended with the inner bracket for this.
const NAMED_CLASS = /^\[.*\[([:.=]).*\1\]$/u;

function tokensOf(name: string): readonly string[] {
  const tokens = name.match(TOKEN) ?? [];
  for (const token of tokens) {
    if (token === '{')
      throw new UnknownForm(
        'has a brace around a slash, around another one or alone; send several patterns instead, or [{] for the character',
      );
    if (choicesOf(token).some((choice) => choice.includes('[')))
      throw new UnknownForm('has a class in braces; send several patterns instead');
    if (NAMED_CLASS.test(token))
      throw new UnknownForm('has a class by its name; send its characters instead, such as [a-zA-Z]');
  }
  return tokens;
}

/** A text is its own list of characters, which costs nothing, unless one of them takes two of its units. */
function charactersOf(text: string): ArrayLike<string> {
  return /[\ud800-\udbff]/.test(text) ? Array.from(text) : text;
}

/** The alternatives of a token; none for a single character and a class. */
function choicesOf(token: string): readonly string[] {
  return token.length > 1 && token.startsWith('{') ? token.slice(1, -1).split(',') : [];
}

function countTexts(tokens: readonly string[]): number {
  const count = tokens.reduce((texts, token) => texts * Math.max(1, choicesOf(token).length), 1);
  if (count > MAX_BRACE_TEXTS)
    throw new RangeError(`stands for more than ${MAX_BRACE_TEXTS} texts by its braces`);
  return count;
}

/** The tokens of each text that the braces stand for. */
function alternativesOf(tokens: readonly string[]): readonly (readonly string[])[] {
  let texts: string[][] = [[]];
  for (const token of tokens) {
    const choices = choicesOf(token);
    if (choices.length > 0)
      texts = texts.flatMap((text) => choices.map((choice) => [...text, ...Array.from(choice)]));
    else for (const text of texts) text.push(token);
  }
  return texts;
}

function characterStep(token: string): Step {
  if (token === '*') return ANY_NUMBER;
  if (token === '?') return () => true;
  if (token === '[' || !token.startsWith('[')) return (character) => character === token;
  const isNegated = /^\[[!^]/.test(token);
  const members = token.slice(isNegated ? 2 : 1, -1).replace(/[\\[\]^]/g, '\\$&');
  const expression = new RegExp(`^[${isNegated ? '^' : ''}${members}]$`, 'u');
  return (character) => expression.test(character);
}
