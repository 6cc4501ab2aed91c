import {
  encodeBase64,
  fsCanonicalize,
  fsCreateDirectory,
  fsGetMetadata,
  fsList,
  fsReadFile,
  fsRemove,
  fsSetPermissions,
  fsSymlink,
  fsWriteFile,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { type FilePort, type OpenFile, openFile } from '../fs/file-requests.js';

/** An entry of the executor as it is itself. */
type RemoteEntry = ResultOf<typeof fsList>['entries'][number];

/** What a URI leads to. */
type RemoteStat = Pick<RemoteEntry, 'kind' | 'size' | 'modifiedAtMs' | 'permissions'>;

/**
 * Files of an executor that knows the extension `files`. But for `canonical` nothing follows a link: one in any component is an
 * error.
 */
export interface RemoteTree {
  /** The same without links. @throws ExecError `fileNotFound` where it leads nowhere. */
  canonical(uri: string): Promise<string>;
  describe(uri: string): Promise<RemoteStat>;
  list(uri: string): Promise<{ readonly entries: readonly RemoteEntry[]; readonly truncated: boolean }>;
  /** Makes a directory, and those above it; one that exists is no error. */
  makeDirectory(uri: string): Promise<void>;
  setPermissions(uri: string, permissions: number): Promise<void>;
  makeLink(uri: string, target: Uint8Array): Promise<void>;
  /** The content of a file that fits one block. */
  read(uri: string): Promise<Uint8Array>;
  /** Writes such a file in place. */
  write(uri: string, content: Uint8Array, permissions: number): Promise<void>;
  /** Removes a file; none is no error. Goes on by itself when the transfer is aborted. */
  remove(uri: string): Promise<void>;
  openToRead(uri: string): Promise<OpenFile>;
  /** Opens a private file and goes on with what it has; whoever did so before is done with it. */
  openToGoOn(uri: string): Promise<OpenFile>;
}

/** The files behind a session. @param signal Ends the waits of everything but removals. */
export function createRemoteTree(port: FilePort, signal: AbortSignal | undefined): RemoteTree {
  const followSymlinks = false;
  return {
    canonical: async (path) => (await port.request(fsCanonicalize, { path }, signal)).path,
    async describe(path) {
      const told = await port.request(fsGetMetadata, { path, followSymlinks }, signal);
      const { isFile, isDirectory, size, modifiedAtMs, permissions = NEW_FILE_PERMISSIONS } = told;
      const other = isDirectory ? 'directory' : 'other';
      return { kind: isFile ? 'file' : other, size, modifiedAtMs, permissions };
    },
    list: (path) => port.request(fsList, { path, followSymlinks }, signal),
    async makeDirectory(path) {
      await port.request(fsCreateDirectory, { path, recursive: true, followSymlinks }, signal);
    },
    async setPermissions(path, permissions) {
      await port.request(fsSetPermissions, { path, permissions, followSymlinks }, signal);
    },
    async makeLink(path, targetBase64) {
      await port.request(fsSymlink, { path, targetBase64, followSymlinks }, signal);
    },
    read: async (path) => (await port.request(fsReadFile, { path, followSymlinks }, signal)).dataBase64,
    async write(path, content, permissions) {
      const dataBase64 = encodeBase64(content);
      await port.request(fsWriteFile, { path, dataBase64, permissions, followSymlinks }, signal);
    },
    async remove(path) {
      await port.request(fsRemove, { path, recursive: false, force: true, followSymlinks });
    },
    openToRead: (path) => openFile(port, path, { mode: 'read', followSymlinks }, signal),
    openToGoOn: (path) =>
      openFile(
        port,
        path,
        { mode: 'replace', keep: true, permissions: PRIVATE_PERMISSIONS, followSymlinks },
        signal,
      ),
  };
}

const NEW_FILE_PERMISSIONS = 0o644;
const PRIVATE_PERMISSIONS = 0o600;
