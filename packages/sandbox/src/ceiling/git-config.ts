/** One line of a git config that gives a value. */
export interface ConfigSetting {
  /** Section and key in lower case, without what stands between them: `includeif.path`. */
  readonly name: string;
  readonly value: string;
}

/**
 * What a git config sets, in order. What git would not understand is passed over, and so is what has no value. It takes a
 * time that grows with the length of the text alone: anybody may have written it.
 */
export function parseGitConfig(text: string): readonly ConfigSetting[] {
  const settings: ConfigSetting[] = [];
  const rest = new Cursor(text.replaceAll('\r\n', '\n'));
  rest.takes('\ufeff');
  let section = '';
  for (rest.takeWhile(SPACE); !rest.isAtEnd; rest.takeWhile(SPACE)) {
    if (rest.takes('[')) {
      section = sectionIn(rest) ?? section;
      continue;
    }
    const key = rest.takeWhile(KEY);
    rest.takeWhile(BLANK);
    const value = key !== '' && rest.takes('=') ? valueIn(rest) : undefined;
    rest.takeLine();
    if (value !== undefined) settings.push({ name: `${section}.${key.toLowerCase()}`, value });
  }
  return settings;
}

/** The name of a section, up to a dot, behind its bracket. Undefined for what is none: its line is passed over then. */
function sectionIn(rest: Cursor): string | undefined {
  const name = rest.takeWhile(KEY).toLowerCase();
  while (rest.takes('.')) rest.takeWhile(KEY);
  rest.takeWhile(BLANK);
  if (rest.takes('"')) skipQuoted(rest);
  if (rest.takes(']')) return name;
  rest.takeLine();
  return undefined;
}

/** Up to the end of the quotes, or of the line that they are in. */
function skipQuoted(rest: Cursor): void {
  for (;;) {
    rest.takeUntil(SPECIAL_IN_QUOTES);
    if (rest.takes('"') || !rest.takes('\\')) return;
    if (rest.peek() !== '\n') rest.take();
  }
}

/** Up to the end of the line, or of the one that a backslash leads to, or a comment. Undefined where quotes are not closed. */
function valueIn(rest: Cursor): string | undefined {
  let value = '';
  let isQuoted = false;
  for (;;) {
    const blanks = isQuoted ? '' : rest.takeWhile(BLANK_OR_RETURN);
    if ((isQuoted ? ENDS_IN_QUOTES : ENDS).has(rest.peek())) break;
    // None at the beginning, and none at the end.
    if (value !== '') value += blanks;
    if (rest.takes('"')) isQuoted = !isQuoted;
    else if (rest.takes('\\')) value += escaped(rest.take());
    else value += rest.takeUntil(isQuoted ? SPECIAL_IN_QUOTES : SPECIAL);
  }
  // What comes after a zero byte is no part of it for git.
  return isQuoted ? undefined : value.split('\0', 1)[0];
}

const ENDS_IN_QUOTES: ReadonlySet<string> = new Set(['\n', '']);
const ENDS: ReadonlySet<string> = new Set([...ENDS_IN_QUOTES, '#', ';']);

/** What a character behind a backslash stands for; any other stands for itself. */
function escaped(char: string): string {
  return ESCAPES[char] ?? char;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '', n: '\n', t: '\t', b: '\b' };

/** A one at the code of each character that is in it; none has a higher code. */
type CharacterSet = Uint8Array;

function setOf(characters: string): CharacterSet {
  const set = new Uint8Array(128);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}

const SPACE = setOf(' \t\r\n');
const BLANK_OR_RETURN = setOf(' \t\r');
const BLANK = setOf(' \t');
const KEY = setOf('-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
/** What does not stand for itself in a value. */
const SPECIAL = setOf(' \t\r\n"\\#;');
const SPECIAL_IN_QUOTES = setOf('\n"\\');

/** A text that is read once, from its beginning to its end. */
class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Empty at the end. */
  peek(): string {
    return this.#text[this.#at] ?? '';
  }

  /** As `peek`, and goes on. */
  take(): string {
    const char = this.peek();
    this.#at += 1;
    return char;
  }

  /** Goes on if this is what comes next. */
  takes(char: string): boolean {
    const isNext = this.peek() === char;
    if (isNext) this.#at += 1;
    return isNext;
  }

  takeWhile(characters: CharacterSet): string {
    const start = this.#at;
    while (characters[this.#text.charCodeAt(this.#at)] === 1) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  takeUntil(characters: CharacterSet): string {
    const start = this.#at;
    while (!this.isAtEnd && characters[this.#text.charCodeAt(this.#at)] !== 1) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  /** Goes on behind the end of the line. */
  takeLine(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end + 1;
  }
}
