/** A repository whose config and hooks are asked what else git runs for it. */
export interface ConfiguredRepository {
  /** Canonical. */
  readonly directory: string;
  /** Where its files are checked out, as far as that is seen from there. */
  readonly worktrees: readonly string[];
}
