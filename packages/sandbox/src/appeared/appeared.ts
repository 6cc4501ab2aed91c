/** What kind of thing has appeared. */
export type AppearedKind =
  /** A repository that was not there: its hooks and config are as somebody left them. */
  | 'repository'
  /** Something that the start kept as it was, or missing: what kept it was removed by somebody outside. Or what is in the place of a link, which nothing kept. */
  | 'protectedName'
  /** A link in the directory of a repository, by which git outside writes elsewhere. */
  | 'gitLink'
  /** Something in the directory of a repository, or named by its config, by which git outside writes elsewhere, runs what it says, or waits for ever. */
  | 'gitState';

/** What programs outside run, or write by, and what has come up while a command ran, so that nothing protected it. */
export interface Appeared {
  readonly kind: AppearedKind;
  /** Absolute. */
  readonly path: string;
  /** In words: what it is, what a program outside does with it, and what helps. */
  readonly text: string;
}

/** All that has appeared while one command ran, by whomever. */
export interface AppearedReport {
  /** At most `MAX_APPEARED`. */
  readonly found: readonly Appeared[];
  /** How much more there is. */
  readonly more: number;
}
