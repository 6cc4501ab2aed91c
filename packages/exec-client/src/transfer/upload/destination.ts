import type { LocalEntry, LocalPath } from '../local-files.js';

/** A file of this machine, and where it goes. */
export interface FileToSend {
  readonly path: LocalPath;
  readonly uri: string;
  readonly entry: LocalEntry;
}

/** How an executor is given what is sent to it. */
export interface Destination {
  /** Whether links can be made there. */
  readonly takesLinks: boolean;
  /** Where a file comes to lie that was to go to `uri`. @throws ExecError `fileNotFound` without a directory for it. */
  locateFile(uri: string): Promise<string>;
  /** Makes the directory that all goes into, unless it is there. @returns where it lies. */
  makeRoot(uri: string, permissions: number): Promise<string>;
  /** Makes a directory inside of one that was made. */
  makeDirectory(uri: string, permissions: number): Promise<void>;
  /** @param moved Told of bytes that have arrived. */
  putFile(file: FileToSend, moved: (bytes: number) => void): Promise<void>;
  putLink(path: LocalPath, uri: string): Promise<void>;
  /** Everything that could be put there is there. */
  finish(): Promise<void>;
}
