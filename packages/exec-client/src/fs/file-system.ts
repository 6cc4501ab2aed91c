import type { WaitOptions } from '../process/handle.js';
import type { TransferOptions, TransferResult } from '../transfer/transfer.js';

/** What is told of a file, a directory or something else. */
export interface FileStat {
  isFile(): boolean;
  isDirectory(): boolean;
  /** The path itself is a link; from `stat`, everything else is about its target. */
  isSymbolicLink(): boolean;
  /** Bytes. */
  readonly size: number;
  /** Unix time in milliseconds; 0 where it is not known. */
  readonly mtimeMs: number;
  /** Unix time in milliseconds; 0 where it is not known. */
  readonly birthtimeMs: number;
}

/** An entry of a directory; a link counts as what it leads to. */
export interface DirectoryEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** One entry below the root of a walk. */
export interface WalkEntry {
  /** An absolute path of the executor; bytes that are not UTF-8 show as U+FFFD. */
  readonly path: string;
  /** The same as a `file:` URI, which keeps every byte. */
  readonly uri: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** What a walk found. */
export interface WalkResult {
  /** Level by level, each directory sorted by name. */
  readonly entries: readonly WalkEntry[];
  /** Directories that could not be read. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  /** Whether a limit ended the walk before everything was seen. */
  readonly truncated: boolean;
}

/** How links are treated. */
export interface LinkOptions extends WaitOptions {
  /** false refuses symbolic links in every component of the path; default true. */
  readonly followSymlinks?: boolean;
}

/** How a file is read. */
export interface ReadFileOptions extends LinkOptions {
  /** Gives text instead of bytes. */
  readonly encoding?: 'utf8';
}

/** What a file is written from. */
export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** How a directory is made. */
export interface MkdirOptions extends LinkOptions {
  /** Makes missing parents and accepts a directory that exists; default false. */
  readonly recursive?: boolean;
}

/** How something is removed. */
export interface RmOptions extends LinkOptions {
  /** Removes what a directory holds; default false. */
  readonly recursive?: boolean;
  /** A path that does not exist is no error; default false. */
  readonly force?: boolean;
}

/** How something is copied. */
export interface CpOptions extends WaitOptions {
  /** Needed for a directory; default false. */
  readonly recursive?: boolean;
}

/** How far a walk goes. */
export interface WalkOptions extends WaitOptions {
  /** 0 gives the entries of the root alone; default and most 64. */
  readonly maxDepth?: number;
  /** Default and most 10,000. */
  readonly maxDirectories?: number;
  /** Default and most 50,000. */
  readonly maxEntries?: number;
  /** Default false. */
  readonly followDirectorySymlinks?: boolean;
  /** Hidden directories are given and not entered; default false. */
  readonly pruneHiddenDirectories?: boolean;
}

/** What else ends a watch. */
export interface WatchOptions extends WaitOptions {
  /** A path that exists now; the watch is over as well when it does not any more. */
  readonly present?: string;
}

/** A file of the executor that is open. */
export interface FileHandle extends AsyncDisposable {
  /**
   * Reads up to `length` bytes at `position`; fewer only at the end of the file.
   * @param length Bytes, from 1 to 1,048,576.
   */
  read(position: number, length: number, options?: WaitOptions): Promise<Uint8Array>;
  /** Writes at `position`, in the order of the calls. */
  write(position: number, bytes: Uint8Array, options?: WaitOptions): Promise<void>;
  /** Safe to call again. */
  close(): Promise<void>;
}

/**
 * Files of the executor, under the names of `node:fs/promises`. Paths are absolute paths of the executor or `file:` URIs.
 * Everything fails with an ExecError: `fileNotFound`, `fileExists`, `fileAccessDenied`, `notAFile`, `notADirectory`,
 * `directoryNotEmpty`, `symlinkRefused`, `fileSystemFailed`, each naming the path; and the reason of a signal.
 *
 * Everything goes on over a lost link, once only, where the server knows the extension `replay`. Elsewhere a request that
 * changes something and was not answered fails with `outcomeUnknown`, and files that are open with `connectionLost`.
 */
export interface FileSystem {
  /** The whole content of a regular file. */
  readFile(path: string, options: ReadFileOptions & { readonly encoding: 'utf8' }): Promise<string>;
  readFile(path: string, options?: ReadFileOptions): Promise<Uint8Array>;
  /** Makes or overwrites a file in place; its directory must exist. Text is written as UTF-8. */
  writeFile(path: string, content: FileContent, options?: WaitOptions): Promise<void>;
  /** The content piece by piece, read as it is taken; leaving it closes the file. */
  createReadStream(path: string, options?: WaitOptions): ReadableStream<Uint8Array>;
  /** Makes or empties a file and takes its content piece by piece; it is whole when `close` has resolved. */
  createWriteStream(path: string, options?: WaitOptions): WritableStream<Uint8Array>;
  /** Opens a regular file; `w` makes or empties it. */
  open(path: string, flags?: 'r' | 'w', options?: WaitOptions): Promise<FileHandle>;
  /** Describes what a path leads to. */
  stat(path: string, options?: LinkOptions): Promise<FileStat>;
  /** Describes the entry itself. Of a symbolic link nothing is known but that it is one: its size and times are 0. */
  lstat(path: string, options?: WaitOptions): Promise<FileStat>;
  mkdir(path: string, options?: MkdirOptions): Promise<void>;
  /** The entries of a directory, in no order; links that lead nowhere are left out. */
  readdir(path: string, options?: WaitOptions): Promise<readonly DirectoryEntry[]>;
  /** An existing path without symbolic links. */
  realpath(path: string, options?: WaitOptions): Promise<string>;
  /** Removes a file, a link itself, or a directory. */
  rm(path: string, options?: RmOptions): Promise<void>;
  /** Copies on the executor. */
  cp(from: string, to: string, options?: CpOptions): Promise<void>;
  /** Copies a file on the executor, or a link as a link; overwrites a file. */
  copyFile(from: string, to: string, options?: WaitOptions): Promise<void>;
  /**
   * Resolves once one of the `missing` paths is there, or `present` is not, and at once when that is so already. It may
   * take some seconds on a server of the reference wire. Fails with `unsupported` where the executor cannot watch, or when
   * more than 64 paths of this client are watched; one that was given up by `signal` counts until it is over or waited for again.
   */
  watch(missing: readonly string[], options?: WatchOptions): Promise<void>;
  /** What lies below a directory, in one answer; see the limits of `WalkOptions`. */
  walk(path: string, options?: WalkOptions): Promise<WalkResult>;
  /**
   * Copies a file or directory of this machine to the executor; a directory that exists there is filled. Every file is
   * compared by SHA-256 with what the executor reads of it, and larger ones get their name only then. With the extension
   * `files` links inside a directory are copied as links, files and directories keep their permission bits, and a larger file
   * that was broken off is gone on with; without it links are skipped, and modes are what the executor gives new files.
   * @param from A path of this machine.
   * @throws TransferError when some of a directory was not copied. ExecError as everything else; `unsupported` in a browser.
   */
  upload(from: string, to: string, options?: TransferOptions): Promise<TransferResult>;
  /**
   * Copies a file or directory of the executor to this machine; a directory that exists here is filled. A file takes its
   * name once all of it is written and its SHA-256 is that of what came. Links, permission bits and what was broken off are
   * treated as by `upload`, but that without the extension `files` the wire lists no links.
   * @param to A path of this machine.
   * @throws TransferError when some of a directory was not copied. ExecError as everything else; `unsupported` in a browser.
   */
  download(from: string, to: string, options?: TransferOptions): Promise<TransferResult>;
}
