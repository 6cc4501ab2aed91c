/**
 * A file that git would run if it were there: nothing is, or a directory, or a file that cannot be executed. It stays so by nothing: a word of a
 * command may mean something else, and what is installed while a command runs, such as `node_modules/.bin`, is to be made.
 */
export interface MissingProgram {
  /** Canonical. */
  readonly path: string;
  /** The directory of the repository whose config names it. */
  readonly repository: string;
  /** Whether it is none unless it can be executed, since nobody knows the key that names it. */
  readonly isOnlyIfExecutable: boolean;
  /** How a path goes on that stands for this one where an interpreter is given it; nothing is at any of these now. Default none. */
  readonly otherEndings?: readonly string[];
}
