import type { LocalPath } from '../local-files.js';

/** What is known of a file before it is fetched. */
export interface SourceFile {
  readonly uri: string;
  readonly path: LocalPath;
  /** Bytes; undefined where they are asked for when it is fetched. */
  readonly size: number | undefined;
  readonly modifiedAtMs: number;
  readonly permissions: number | undefined;
}

/** One entry of a directory of the executor. */
export interface SourceEntry {
  readonly uri: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: number | undefined;
  readonly modifiedAtMs: number;
  readonly permissions: number | undefined;
  /** Where a link leads. */
  readonly target: Uint8Array | undefined;
}

/** What a directory of the executor holds. */
interface SourceListing {
  readonly entries: readonly SourceEntry[];
  /** What could not be listed. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  readonly truncated: boolean;
}

/** How files of an executor are got. */
export interface Source {
  /** What was named, links followed. */
  locate(uri: string): Promise<SourceEntry>;
  list(uri: string): Promise<SourceListing>;
  /** Brings a file to its place. @param moved Told of bytes that have come. */
  fetch(file: SourceFile, moved: (bytes: number) => void): Promise<void>;
}
