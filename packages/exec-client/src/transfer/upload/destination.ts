import type { LocalEntry, LocalPath } from '../local-files.js';

/** What there is on this machine, and where it goes. */
export interface Place {
  readonly path: LocalPath;
  readonly uri: string;
}

/** A file of this machine, and where it goes. */
export interface FileToSend extends Place {
  readonly entry: LocalEntry;
}

/** How an executor is given what is sent to it. */
export interface Destination {
  /** Whether links can be made there. */
  readonly takesLinks: boolean;
  /** Where a file comes to lie that was to go to `uri`. @throws ExecError `fileNotFound` without a directory for it. */
  locateFile(uri: string): Promise<string>;
  /** Makes the directory that all goes into, unless it is there. @returns where it lies. */
  makeRoot(directory: Place, permissions: number): Promise<string>;
  /** Makes a directory inside of one that was made. @returns false where it is there and another user's, so that it keeps its permissions. */
  makeDirectory(directory: Place, permissions: number): Promise<boolean>;
  /** @param moved Told of bytes that have arrived. */
  putFile(file: FileToSend, moved: (bytes: number) => void): Promise<void>;
  putLink(link: Place): Promise<void>;
  /** Everything that could be put there is there. What of it cannot be finished is told with the rest. */
  finish(): Promise<void>;
}
