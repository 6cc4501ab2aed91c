/** An absolute path of this machine, in the bytes of its system: names need not be UTF-8. */
export type LocalPath = Uint8Array;

/** What a path of this machine leads to, links followed. */
export interface LocalEntry {
  readonly kind: 'file' | 'directory' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the content does. */
  readonly version: string;
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
  /** Gives it its name. */
  commit(): Promise<void>;
  /** Removes it, unless it has its name already. */
  discard(): Promise<void>;
}

/** A SHA-256 that grows with what it is given. */
export interface Digest {
  update(bytes: Uint8Array): void;
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
  /** undefined for what is not there. */
  describe(path: LocalPath): Promise<LocalEntry | undefined>;
  list(directory: LocalPath): Promise<readonly LocalName[]>;
  /** The content in pieces of at most `blockBytes`; all but the last have that size. */
  read(path: LocalPath, blockBytes: number): AsyncIterable<Uint8Array>;
  /** Makes a directory, and those above it; one that exists is no error. */
  makeDirectory(path: LocalPath): Promise<void>;
  /** Begins a file beside `path` that is to take its place. */
  replace(path: LocalPath): Promise<Replacement>;
  sha256(): Digest;
  /** Whether an error says that what was named is not there. */
  isMissing(error: unknown): boolean;
}
