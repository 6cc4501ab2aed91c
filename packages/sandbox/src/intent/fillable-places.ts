import type { FileFacts } from '../files/file-facts.js';
import { ancestorsOf, parentOf } from '../files/paths.js';
import { indexRules, type RuleIndex } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';

/** Directories that commands below one ceiling may fill as they like, and that are denied as a whole where that is too much. */
export class FillablePlaces {
  /** Equal for equal rules. */
  readonly key: string;
  readonly #index: RuleIndex;
  readonly #files: FileFacts;

  /** @param rules Of the ceiling; one for each path. */
  constructor(rules: readonly PathRule[], files: FileFacts) {
    this.key = JSON.stringify(rules.map(({ path, access, kind }) => [path, access, kind]));
    this.#index = indexRules(rules.filter(({ kind }) => kind !== 'missing'));
    this.#files = files;
  }

  /** Whether a command may have made what is in a directory. Of `/`, which cannot be denied, that is not asked. */
  has(directory: string): boolean {
    if (directory === '/' || this.#index.accessAt(directory) !== 'write') return false;
    return this.#files.mayCreateIn(directory) !== 'never';
  }

  /** Whether a directory is one of them, or lies in one, whoever has moved it there. */
  hold(directory: string): boolean {
    return [directory, ...ancestorsOf(directory)].some((at) => this.has(at));
  }

  /** What may be written above a path, as far up as that goes; undefined where a command cannot change what is there. */
  rootAbove(path: string): string | undefined {
    const directory = parentOf(path);
    return this.hold(directory) ? this.#rootOf(directory) : undefined;
  }

  #rootOf(directory: string): string | undefined {
    const rule = this.#index.governing(directory);
    return rule?.access === 'write' && rule.path !== '/' ? rule.path : undefined;
  }
}
