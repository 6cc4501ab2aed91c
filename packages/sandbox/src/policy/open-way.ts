/**
 * A place by which a `.git` leads elsewhere once somebody has put something there, which nothing keeps from it: where a `.git` file leads and
 * there is no directory, or a directory that is left again by `..` on the way, and could become a link.
 */
export interface OpenWay {
  /** Canonical. */
  readonly path: string;
  /** The `.git` file or link. */
  readonly from: string;
  readonly isPassed: boolean;
}
