import type { FileFacts } from '../files/file-facts.js';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';
import type { ConfigBudget } from './config-budget.js';
import { parseGitConfig } from './git-config.js';
import { type NamedInConfig, namedIn } from './named-in-config.js';

/** A config as one repository finds it: `unaffordable` where it has not enough left to have it read. */
export type ReadConfig = NamedInConfig | 'unreadable' | 'unaffordable';

/** The configs of all repositories of one sandbox: each is read once, for whoever needs it first. */
export class ConfigFiles {
  readonly #files: FileFacts;
  /** By canonical path. */
  readonly #read = new Map<string, NamedInConfig | 'unreadable'>();

  constructor(files: FileFacts) {
    this.#files = files;
  }

  /** @param path A canonical one. @param budget Of the repository that asks. */
  at(path: string, budget: ConfigBudget): ReadConfig {
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    if (budget.isSpent('bytes')) return 'unaffordable';
    const text = this.#files.readText(path);
    // What is too long was read up to there.
    const bytes = text === undefined ? MAX_SMALL_FILE_BYTES : Buffer.byteLength(text);
    if (!budget.take('bytes', bytes) && text !== undefined) return 'unaffordable';
    const found = text === undefined ? 'unreadable' : namedIn(parseGitConfig(text));
    this.#read.set(path, found);
    return found;
  }
}
