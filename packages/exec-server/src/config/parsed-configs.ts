import { LoopQueue } from '../loop-queue.js';
import { type ConfigTable, parseToml, selectToml } from './toml-selection.js';

/** What a text has come to: what it says, or why that cannot be told. */
interface Parsed {
  readonly text: string;
  readonly table: ConfigTable | undefined;
  readonly error: unknown;
}

/**
 * Answers parts of configuration files. Each text is parsed once, as long as the same is found at its path; one request at a time goes on, and
 * the event loop before each of them. There is one text for each path with which it is ever asked, of which there are few.
 */
export class ParsedConfigs {
  readonly #loop = new LoopQueue();
  readonly #known = new Map<string, Parsed>();
  readonly #parse: typeof parseToml;

  constructor(parse = parseToml) {
    this.#parse = parse;
  }

  /**
   * What lies below some keys of the text that was found at a path, as TOML; undefined when there is nothing.
   * @throws Error when the text is no TOML, as `parseToml`; what `selectToml` throws.
   */
  async select(
    path: string,
    text: string,
    keys: readonly (readonly string[])[],
  ): Promise<string | undefined> {
    await this.#loop.next();
    const known = this.#known.get(path);
    const { table, error } = known?.text === text ? known : this.#read(path, text);
    if (table === undefined) throw error;
    return selectToml(table, keys);
  }

  #read(path: string, text: string): Parsed {
    const parsed = this.#outcomeOf(text);
    this.#known.set(path, parsed);
    return parsed;
  }

  #outcomeOf(text: string): Parsed {
    try {
      return { text, table: this.#parse(text), error: undefined };
    } catch (error) {
      return { text, table: undefined, error };
    }
  }
}
