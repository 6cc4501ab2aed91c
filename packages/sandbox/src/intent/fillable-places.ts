import type { FileFacts } from '../files/file-facts.js';
import { ancestorsOf, parentOf } from '../files/paths.js';
import { indexRules, type RuleIndex } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';

/**
 * Whether a command may have made what is in a directory. What is at the top of the machine, such as `/home`, is its operator's also
 * where everything may be written.
 * @param rules What the command may write.
 */
export function isFillable(
  directory: string,
  rules: Pick<RuleIndex, 'accessAt'>,
  files: Pick<FileFacts, 'mayCreateIn'>,
): boolean {
  return (
    directory !== '/' && rules.accessAt(directory) === 'write' && files.mayCreateIn(directory) !== 'never'
  );
}

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
    return isFillable(directory, this.#index, this.#files);
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
