/** One line of a git config that gives a value. */
export interface ConfigSetting {
  /** Section and key in lower case, without what stands between them: `includeif.path`. */
  readonly name: string;
  readonly value: string;
}

/** What a git config sets, in order. What git would not understand is passed over, and so is what has no value. */
export function parseGitConfig(text: string): readonly ConfigSetting[] {
  const settings: ConfigSetting[] = [];
  const rest = new Scanner(text.replaceAll('\r\n', '\n'));
  let section = '';
  while (!rest.isAtEnd) {
    rest.take(BLANK);
    const header = rest.take(HEADER);
    const key = header === undefined ? rest.take(KEY) : undefined;
    if (header !== undefined) section = (header[1] ?? '').toLowerCase();
    else if (key === undefined) rest.take(LINE);
    else settings.push({ name: `${section}.${(key[1] ?? '').toLowerCase()}`, value: valueIn(rest) });
  }
  return settings;
}

const HEADER = /\[\s*([-a-z0-9]+)(?:\.[^\]\n]*|\s+"(?:[^"\\\n]|\\.)*")?\s*\]/iy;
const KEY = /([a-z][-a-z0-9]*)[ \t]*=/iy;
const VALUE = /(?:"(?:[^"\\\n]|\\[^])*"|\\[^]|[^"\\\n#;])*/y;
const BLANK = /\s*/y;
const LINE = /[^\n]*(?:\n|$)/y;

/** Up to the end of the line, or of the one that a backslash leads to. */
function valueIn(rest: Scanner): string {
  const [written = ''] = rest.take(VALUE) ?? [];
  rest.take(LINE);
  return written
    .trim()
    .replace(/\\([^])|"/g, (_, escaped: string | undefined) => ESCAPES[escaped ?? ''] ?? escaped ?? '');
}

/** What a letter behind a backslash stands for; any other stands for itself. */
const ESCAPES: Readonly<Record<string, string>> = { '\n': '', n: '\n', t: '\t', b: '\b' };

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** What matches here, which is then behind. @param pattern A sticky one. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }
}
