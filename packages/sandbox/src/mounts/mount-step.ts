import type { FileIdentity } from '../files/resolve-path.js';

/** One change of the mount table, in the order in which bubblewrap makes them; a later one covers an earlier one. */
export type MountStep =
  /** Shows a file or directory of the host under its own path. */
  | {
      readonly kind: 'bind';
      readonly path: string;
      readonly access: 'read' | 'write';
      /** Which file that must be; for a placeholder, the one that has just been made. Undefined for the system's own. */
      readonly identity: FileIdentity | 'placeholder' | undefined;
    }
  /** Shows the whole host as it is, devices too. */
  | { readonly kind: 'bindEverything' }
  /** An empty directory; `mode` in octal says what its owner may do with it. */
  | { readonly kind: 'emptyDirectory'; readonly path: string; readonly mode: string }
  /** An empty file that nobody may read. */
  | { readonly kind: 'unreadableFile'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** Nothing on the mount at this path can be changed any more. */
  | { readonly kind: 'makeReadOnly'; readonly path: string }
  | { readonly kind: 'privateDevices' }
  /** A /proc of its own, in which nobody can open the memory of the first process. */
  | { readonly kind: 'privateProcesses' }
  /**
   * What follows can make nothing on the host, and shows nothing of it that is open. bubblewrap makes what is missing at the place of a
   * mount, and follows links to get there; where a command that runs meanwhile may write, they may lead anywhere by then.
   */
  | { readonly kind: 'sealHost' };
