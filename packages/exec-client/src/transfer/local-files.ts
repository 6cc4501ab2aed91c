/** An absolute path of this machine, in the bytes of its system: names need not be UTF-8. */
export type LocalPath = Uint8Array;

/** What a path of this machine is; a link is not followed. */
export interface LocalEntry {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the content does. */
  readonly version: string;
  /** The nine permission bits. */
  readonly permissions: number;
}

/** One name in a directory of this machine; a link is not followed. */
export interface LocalName {
  readonly name: Uint8Array;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}

/** A file that takes the place of another once it is whole. */
export interface Replacement {
  write(bytes: Uint8Array): Promise<void>;
  /** The SHA-256 of what is there now, read again, in hexadecimal. */
  digest(): Promise<string>;
  /** Gives it its name. @throws ExecError `notAFile` where something has it that is neither a file nor a link. */
  commit(): Promise<void>;
  /** Removes it, unless it has its name already. */
  discard(): Promise<void>;
}

/** A replacement that outlives its maker: who makes it anew finds what had been written. */
export interface PartialFile extends Replacement {
  /** Where it lies, for people. */
  readonly shown: string;
  /** Bytes that are there, written by an earlier one. */
  readonly length: number;
  /** What is there, in pieces. */
  read(): AsyncIterable<Uint8Array>;
  /** Empties it. */
  restart(): Promise<void>;
  /** Leaves it where it is, for the next one. */
  keep(): Promise<void>;
}

/** A SHA-256 that grows with what it is given. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** What it is so far, in hexadecimal; it can grow on. */
  hex(): string;
}

/** The files of this machine, as far as copying from and to an executor needs them. Errors are those of the system. */
export interface LocalFiles {
  /** @param text A path; a relative one begins at the current directory. */
  resolve(text: string): LocalPath;
  /** A path for people. */
  shown(path: LocalPath): string;
  /** @throws ExecError `invalidPath` for a name that would lead out of the directory, or deeper into it. */
  join(directory: LocalPath, name: Uint8Array): LocalPath;
  /** The path without links. @throws the system's error where it leads nowhere. */
  real(path: LocalPath): Promise<LocalPath>;
  /** Tells this path of this machine from those of others. */
  identity(path: LocalPath): string;
  /** undefined for what is not there. */
  describe(path: LocalPath): Promise<LocalEntry | undefined>;
  list(directory: LocalPath): Promise<readonly LocalName[]>;
  /** The content from an offset on in pieces of at most `blockBytes`; all but the last have that size. A link is refused. */
  read(path: LocalPath, blockBytes: number, from?: number): AsyncIterable<Uint8Array>;
  /** Makes a directory, and those above it. @returns false for one that exists. */
  makeDirectory(path: LocalPath): Promise<boolean>;
  /** Makes a directory in one that exists; one that exists is no error, a link to one is. */
  makeDirectoryIn(path: LocalPath): Promise<void>;
  /** Tells a directory from all others; undefined for everything else, a link to one included. */
  directoryId(path: LocalPath): Promise<string | undefined>;
  setPermissions(path: LocalPath, permissions: number): Promise<void>;
  /** Where a link leads, in the bytes that it holds. */
  readLink(path: LocalPath): Promise<Uint8Array>;
  /** Makes a link, at once in place of a file or link that is there. @throws ExecError `notAFile` where there is anything else. */
  makeLink(path: LocalPath, target: Uint8Array): Promise<void>;
  /**
   * Begins a file beside `path` that is to take its place.
   * @param permissions Default those of what it replaces.
   * @throws ExecError `notAFile` where there is neither a file nor a link nor nothing.
   */
  replace(path: LocalPath, permissions?: number): Promise<Replacement>;
  /** The same, going on with what an earlier one by this `key` has left and nobody writes to any more. */
  goOn(path: LocalPath, key: string, permissions: number): Promise<PartialFile>;
  sha256(): Digest;
  /** Whether an error says that what was named is not there. */
  isMissing(error: unknown): boolean;
  /** Whether an error says that this user may not do what was asked. */
  isDenied(error: unknown): boolean;
}
