import { realFileFacts } from './real-file-facts.js';

/** The user of this program. */
export interface OwnUser {
  readonly uid: number;
  /** Their own group. */
  readonly gid: number;
  /**
   * Who owns the programs of the system. Where root is unknown to a user namespace, such as that of a sandbox in which this
   * program runs, it is who stands there for everybody unknown.
   */
  readonly systemUid: number;
}

/** The one of this process. */
export function readOwnUser(): OwnUser {
  return {
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    systemUid: realFileFacts.look('/usr/bin')?.uid ?? 0,
  };
}
