/** What stands under a name, without following it. */
export interface FileFact {
  readonly kind: 'directory' | 'file' | 'link';
  readonly device: number;
  readonly inode: number;
  /** When it was made, in milliseconds since 1970; undefined where the file system does not tell. */
  readonly bornMs?: number | undefined;
  readonly uid: number;
  readonly gid: number;
  /** The permission bits, with those for set-user-ID, set-group-ID and sticky. */
  readonly mode: number;
  /** How many names it has; of a directory, what its file system says. */
  readonly links: number;
}

/** What a directory lists. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'directory' | 'file' | 'link';
}

/** As it is, once its owner has changed its mode, or whatever anybody does about that never. */
export type Creation = 'now' | 'afterChmod' | 'never';

/** The executor's file system, as the planning of a sandbox asks for it. Paths are absolute. */
export interface FileFacts {
  /** Canonical paths at which directories were seen, for whoever asks again; only where no answer changes meanwhile. */
  readonly directories?: Set<string>;
  /**
   * What stands at a path, or undefined where nothing does.
   * @throws Error where the path cannot be looked at.
   */
  look(path: string): FileFact | undefined;
  /** Whether a directory lets nobody in that is confined, though this program gets in; left out where there is none such. */
  isClosed?(directory: FileFact): boolean;
  /** Whether nobody writes a file or directory that is confined, though this program does; left out where there is none such. */
  isUnwritable?(file: FileFact): boolean;
  /** Whether nobody reads a file or directory that is confined, though this program does; left out where there is none such. */
  isUnreadable?(file: FileFact): boolean;
  /** Whether what this user starts may have made something, by who owns it; left out where nobody can tell. */
  isOwn?(found: FileFact): boolean;
  /** Where a link leads, as it is written there. */
  readLink(path: string): string;
  /** The entries of a directory; empty where it cannot be read. Undefined for more than `atMost`. */
  list(path: string, atMost: number): readonly DirectoryEntry[] | undefined;
  /** When something that this user starts can make a file in a directory. */
  mayCreateIn(directory: string): Creation;
  /** False where the file system of a missing path takes no name as long as its last one. */
  takesName(path: string): boolean;
  /** The text of a regular file of at most `MAX_SMALL_FILE_BYTES`; undefined for anything else, and where it cannot be read. */
  readText(path: string): string | undefined;
}

/** The same, for whoever must see one state of it. */
export interface FileView extends FileFacts {
  /**
   * Runs `work` on files that are looked at once each. It may be run again, and must do nothing but look.
   * @throws ExecError `sandboxUnsupported` when there is no quiet moment for it.
   */
  inOneGo<T>(work: (files: FileFacts) => T): T;
}
