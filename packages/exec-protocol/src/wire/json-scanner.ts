/** What a JSON text may be made of. */
export interface JsonLimits {
  readonly maxDepth: number;
  readonly maxValues: number;
}

/** What is wrong with a JSON text. The message says where, in lines and columns that start at one. */
export interface JsonProblem {
  readonly kind: 'syntax' | 'duplicate' | 'depth' | 'values';
  readonly offset: number;
  readonly message: string;
}

/** Outcome of a scan. `idSource` is the text of a top-level `id` member that is a scalar. */
export type JsonScan =
  | { readonly ok: true; readonly idSource: string | undefined }
  | { readonly ok: false; readonly problem: JsonProblem };

/**
 * Checks what `JSON.parse` does not, in one pass that allocates only the member names: run it first, so that a hostile
 * text is refused before it becomes objects. What passes has the shape of JSON, but numbers, literals and escapes are
 * left to `JSON.parse`; where that fails, ask `explainJson`.
 */
export function scanJson(text: string, limits: JsonLimits): JsonScan {
  const scanner = new JsonScanner(text, limits, false);
  const problem = scanner.run();
  if (problem === undefined) return { ok: true, idSource: scanner.idSource };
  // An earlier token may be what really went wrong: in plain text, the first word rather than the second.
  if (problem.kind === 'syntax') return { ok: false, problem: explainJson(text, limits) };
  return { ok: false, problem };
}

/** Says what is wrong with a text that is known to be faulty. Slower than a scan, because it reads every token. */
export function explainJson(text: string, limits: JsonLimits): JsonProblem {
  const problem = new JsonScanner(text, limits, true).run();
  return problem ?? { kind: 'syntax', offset: 0, message: 'the text is not valid JSON' };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

// Classes of characters outside strings. Everything without a sign of its own belongs to a number or a literal.
const SCALAR = 0;
const SPACE = 1;
const STRING = 2;
const OPEN = 3;
const CLOSE = 4;
const COMMA = 5;
const COLON = 6;
const CLASS_OF = classTable();

// What the grammar lets come next.
const VALUE = 0;
const FIRST_VALUE = 1;
const NAME = 2;
const FIRST_NAME = 3;
const NAME_END = 4;
const VALUE_END = 5;
const NOTHING = 6;
const EXPECTED = [
  'a value',
  'a value or "]"',
  'a member name in double quotes',
  'a member name in double quotes or "}"',
  '":"',
  '"," or the closing bracket',
  'the end of the text',
] as const;

// Up to here, comparing names one by one is cheaper than hashing them.
const COMPARED_NAMES = 12;
const QUOTED_NAME_LENGTH = 64;

class JsonScanner {
  /** Source of the top-level id; to be read after a run without a problem. */
  idSource: string | undefined;
  readonly #text: string;
  readonly #limits: JsonLimits;
  readonly #readsTokens: boolean;
  #problem: JsonProblem | undefined;
  #offset = 0;
  #values = 0;
  #expects = VALUE;
  #idFollows = false;
  /** Opening bracket of each open container, outermost first. */
  readonly #open: number[] = [];
  /** Names seen in all open objects; those of the innermost start at the last of `#starts`. */
  readonly #names: string[] = [];
  readonly #starts: number[] = [];
  /** Hashed names of an open object with many members, by depth. */
  readonly #hashed = new Map<number, Set<string>>();

  constructor(text: string, limits: JsonLimits, readsTokens: boolean) {
    this.#text = text;
    this.#limits = limits;
    this.#readsTokens = readsTokens;
  }

  run(): JsonProblem | undefined {
    const text = this.#text;
    while (this.#offset < text.length && this.#problem === undefined) {
      this.#step(text.charCodeAt(this.#offset));
    }
    if (this.#problem === undefined && this.#expects !== NOTHING) {
      this.#syntax(text.length, `the text ends where ${this.#expectation()} should follow`);
    }
    return this.#problem;
  }

  #step(code: number): void {
    switch (CLASS_OF[code] ?? SCALAR) {
      case SPACE:
        this.#offset += 1;
        break;
      case STRING:
        this.#string();
        break;
      case OPEN:
        this.#enter(code);
        break;
      case CLOSE:
        this.#leave(code);
        break;
      case COMMA:
        this.#comma();
        break;
      case COLON:
        if (this.#expects === NAME_END) this.#advance(VALUE);
        else this.#unexpected();
        break;
      default:
        this.#leaf(endOfScalar(this.#text, this.#offset));
    }
  }

  #string(): void {
    const start = this.#offset;
    const quote = closingQuote(this.#text, start + 1);
    if (quote === -1) {
      this.#syntax(start, 'the string that starts here has no closing quote');
    } else if (this.#expects === NAME || this.#expects === FIRST_NAME) {
      this.#name(start, quote);
    } else {
      this.#leaf(quote + 1);
    }
  }

  #name(start: number, quote: number): void {
    if (!this.#isReadable(start, quote + 1)) return;
    const name = unescaped(this.#text.slice(start + 1, quote));
    if (this.#isRepeated(name)) {
      const quoted = JSON.stringify(name.slice(0, QUOTED_NAME_LENGTH));
      this.#fail('duplicate', start, `the member ${quoted} occurs twice in one object; send it once`);
      return;
    }
    this.#idFollows = this.#open.length === 1 && name === 'id';
    this.#offset = quote + 1;
    this.#expects = NAME_END;
  }

  #isRepeated(name: string): boolean {
    const names = this.#names;
    const start = this.#starts.at(-1) ?? 0;
    const isMany = names.length - start >= COMPARED_NAMES;
    const isRepeated = isMany ? this.#hashedNames(start).has(name) : names.includes(name, start);
    if (isMany) this.#hashedNames(start).add(name);
    else names.push(name);
    return isRepeated;
  }

  #hashedNames(start: number): Set<string> {
    const depth = this.#open.length;
    let hashed = this.#hashed.get(depth);
    if (hashed === undefined) {
      hashed = new Set(this.#names.slice(start));
      this.#hashed.set(depth, hashed);
    }
    return hashed;
  }

  /** A string, number or literal in the place of a value. */
  #leaf(end: number): void {
    const start = this.#offset;
    if (!this.#isReadable(start, end) || !this.#takesValue()) return;
    if (this.#idFollows) this.idSource = this.#text.slice(start, end);
    this.#idFollows = false;
    this.#offset = end;
    this.#expects = this.#open.length === 0 ? NOTHING : VALUE_END;
  }

  #enter(bracket: number): void {
    if (!this.#takesValue()) return;
    if (this.#open.length >= this.#limits.maxDepth) {
      const limit = String(this.#limits.maxDepth);
      this.#fail('depth', this.#offset, `nested deeper than ${limit} levels; send a flatter message`);
      return;
    }
    this.#idFollows = false;
    this.#open.push(bracket);
    this.#starts.push(this.#names.length);
    this.#advance(bracket === OPEN_OBJECT ? FIRST_NAME : FIRST_VALUE);
  }

  #leave(bracket: number): void {
    const isObject = this.#open.at(-1) === OPEN_OBJECT;
    const isEmpty = this.#expects === (isObject ? FIRST_NAME : FIRST_VALUE);
    if ((!isEmpty && this.#expects !== VALUE_END) || isObject !== (bracket === CLOSE_OBJECT)) {
      this.#unexpected();
      return;
    }
    if (this.#hashed.size > 0) this.#hashed.delete(this.#open.length);
    this.#open.pop();
    this.#names.length = this.#starts.pop() ?? 0;
    this.#advance(this.#open.length === 0 ? NOTHING : VALUE_END);
  }

  #comma(): void {
    if (this.#expects === VALUE_END) this.#advance(this.#open.at(-1) === OPEN_OBJECT ? NAME : VALUE);
    else this.#unexpected();
  }

  #takesValue(): boolean {
    if (this.#expects > FIRST_VALUE) {
      this.#unexpected();
      return false;
    }
    this.#values += 1;
    if (this.#values <= this.#limits.maxValues) return true;
    const limit = String(this.#limits.maxValues);
    this.#fail('values', this.#offset, `more than ${limit} values; split the message`);
    return false;
  }

  #isReadable(start: number, end: number): boolean {
    if (!this.#readsTokens || isJson(this.#text.slice(start, end))) return true;
    const isString = this.#text.charCodeAt(start) === QUOTE;
    if (isString) this.#syntax(start, 'the string holds a control character or an unknown escape');
    else this.#unexpected();
    return false;
  }

  #advance(expects: number): void {
    this.#offset += 1;
    this.#expects = expects;
  }

  #expectation(): string {
    return EXPECTED[this.#expects] ?? 'JSON';
  }

  #unexpected(): void {
    const hint = this.#expects === NOTHING ? '; send one message at a time' : '';
    this.#syntax(this.#offset, `expected ${this.#expectation()}${hint}`);
  }

  #syntax(offset: number, what: string): void {
    this.#fail('syntax', offset, `not valid JSON, ${what}`);
  }

  #fail(kind: JsonProblem['kind'], offset: number, what: string): void {
    this.#problem = { kind, offset, message: `${place(this.#text, offset)}: ${what}` };
  }
}

function classTable(): Uint8Array {
  const table = new Uint8Array(128);
  const signs: readonly (readonly [string, number])[] = [
    [' \t\n\r', SPACE],
    ['"', STRING],
    ['{[', OPEN],
    ['}]', CLOSE],
    [',', COMMA],
    [':', COLON],
  ];
  for (const [characters, kind] of signs) {
    for (const character of characters) table[character.charCodeAt(0)] = kind;
  }
  return table;
}

function endOfScalar(text: string, from: number): number {
  let end = from + 1;
  while (end < text.length && (CLASS_OF[text.charCodeAt(end)] ?? SCALAR) === SCALAR) end += 1;
  return end;
}

const STEPPED_CHARACTERS = 32;

/** Offset of the quote that ends the string whose first character is at `from`, or -1. */
function closingQuote(text: string, from: number): number {
  let at = from;
  for (;;) {
    // Names and short values end within a few characters, sooner than a search has started.
    for (const stop = Math.min(at + STEPPED_CHARACTERS, text.length); at < stop; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code === BACKSLASH) at += 1;
    }
    const quote = text.indexOf('"', at);
    if (quote === -1 || !isEscaped(text, quote, at)) return quote;
    at = quote + 1;
  }
}

function isEscaped(text: string, quote: number, from: number): boolean {
  let start = quote;
  while (start > from && text.charCodeAt(start - 1) === BACKSLASH) start -= 1;
  return (quote - start) % 2 === 1;
}

/** A name with its escapes read, so that two spellings of one name are seen to be the same. */
function unescaped(source: string): string {
  if (!source.includes('\\')) return source;
  try {
    return JSON.parse(`"${source}"`) as string;
  } catch {
    // An unknown escape: `JSON.parse` will refuse the whole text.
    return source;
  }
}

function isJson(token: string): boolean {
  try {
    JSON.parse(token);
    return true;
  } catch {
    return false;
  }
}

function place(text: string, offset: number): string {
  let line = 1;
  let lineStart = 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < offset; next = text.indexOf('\n', lineStart)) {
    line += 1;
    lineStart = next + 1;
  }
  return `line ${String(line)}, column ${String(offset - lineStart + 1)}`;
}
