import {
  type EnvironmentInfo,
  ExecError,
  encodeBase64,
  fsCanonicalize,
  fsCopy,
  fsCreateDirectory,
  fsGetMetadata,
  fsReadDirectory,
  fsReadFile,
  fsRemove,
  fsWalk,
  fsWriteFile,
  MAX_FILE_BLOCK_BYTES,
  MAX_WALK_DEPTH,
  MAX_WALK_DIRECTORIES,
  MAX_WALK_ENTRIES,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { executorPath, executorUri } from '../executor-path.js';
import type { WaitOptions } from '../process/handle.js';
import { download } from '../transfer/download/download.js';
import type { LocalFiles } from '../transfer/local-files.js';
import { createRemoteTree } from '../transfer/remote-tree.js';
import type { TransferOptions, TransferResult } from '../transfer/transfer.js';
import type { TransferPort } from '../transfer/transfer-port.js';
import { upload } from '../transfer/upload/upload.js';
import { BlockReader } from './block-reader.js';
import { BlockWriter } from './block-writer.js';
import { readContent, writeContent } from './content-stream.js';
import { type FilePort, type OpenFile, openFile } from './file-requests.js';
import type {
  CpOptions,
  DirectoryEntry,
  FileContent,
  FileHandle,
  FileStat,
  FileSystem,
  LinkOptions,
  MkdirOptions,
  ReadFileOptions,
  RmOptions,
  WalkOptions,
  WalkResult,
  WatchOptions,
} from './file-system.js';
import { FileWatches } from './watch.js';

/** The files of the executor behind a session. */
export function createFileSystem(port: FilePort, local?: LocalFiles): FileSystem {
  return new RemoteFileSystem(port, local);
}

const encoder = new TextEncoder();

class RemoteFileSystem implements FileSystem {
  readonly #port: FilePort;
  readonly #local: LocalFiles | undefined;
  readonly #watches: FileWatches;

  constructor(port: FilePort, local: LocalFiles | undefined) {
    this.#port = port;
    this.#local = local;
    this.#watches = new FileWatches(port);
  }

  readFile(path: string, options: ReadFileOptions & { readonly encoding: 'utf8' }): Promise<string>;
  readFile(path: string, options?: ReadFileOptions): Promise<Uint8Array>;
  async readFile(path: string, options: ReadFileOptions = {}): Promise<string | Uint8Array> {
    const { encoding, followSymlinks, signal } = options;
    // Opening a file has no word for links on the wire, so such a file comes in one piece.
    const bytes =
      followSymlinks === false
        ? await this.#readAtOnce(path, signal)
        : await this.#readInBlocks(path, signal);
    return encoding === undefined ? bytes : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }

  async writeFile(path: string, content: FileContent, { signal }: WaitOptions = {}): Promise<void> {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content;
    if (bytes instanceof Uint8Array && bytes.length <= MAX_FILE_BLOCK_BYTES) {
      const params = { path: await this.#uri(path, signal), dataBase64: encodeBase64(bytes) };
      await this.#port.request(fsWriteFile, params, signal);
      return;
    }
    const file = await this.#open(path, 'replace', signal);
    try {
      const writer = new BlockWriter(file, signal);
      if (bytes instanceof Uint8Array) await writer.write(bytes);
      else for await (const piece of bytes) await writer.write(piece);
      await writer.finish();
    } finally {
      await file.close(signal);
    }
  }

  createReadStream(path: string, { signal }: WaitOptions = {}): ReadableStream<Uint8Array> {
    return readContent(() => this.#open(path, 'read', signal), signal);
  }

  createWriteStream(path: string, { signal }: WaitOptions = {}): WritableStream<Uint8Array> {
    return writeContent(() => this.#open(path, 'replace', signal), signal);
  }

  async open(path: string, flags: 'r' | 'w' = 'r', { signal }: WaitOptions = {}): Promise<FileHandle> {
    const file = await this.#open(path, flags === 'r' ? 'read' : 'replace', signal);
    return {
      read: (position, length, options) => file.read(position, length, options?.signal),
      write: (position, bytes, options) => file.write(position, bytes, options?.signal),
      close: () => file.close(),
      [Symbol.asyncDispose]: () => file.close(),
    };
  }

  async stat(path: string, { followSymlinks, signal }: LinkOptions = {}): Promise<FileStat> {
    const params = { path: await this.#uri(path, signal), ...links(followSymlinks) };
    return statOf(await this.#port.request(fsGetMetadata, params, signal));
  }

  async lstat(path: string, { signal }: WaitOptions = {}): Promise<FileStat> {
    const uri = await this.#uri(path, signal);
    const { directory, name } = splitUri(uri);
    // Links above are followed; only one at the very end is what is asked for.
    const parent = (await this.#port.request(fsCanonicalize, { path: directory }, signal)).path;
    const own = name === '' ? parent : `${parent.endsWith('/') ? parent : `${parent}/`}${name}`;
    try {
      return statOf(await this.#port.request(fsGetMetadata, { path: own, followSymlinks: false }, signal));
    } catch (error) {
      if (error instanceof ExecError && error.kind === 'symlinkRefused') return LINK;
      throw error;
    }
  }

  async copyFile(from: string, to: string, { signal }: WaitOptions = {}): Promise<void> {
    await this.cp(from, to, signal === undefined ? {} : { signal });
  }

  async watch(missing: readonly string[], { present, signal }: WatchOptions = {}): Promise<void> {
    const uris = await Promise.all(missing.map((path) => this.#uri(path, signal, 'missing')));
    const kept = present === undefined ? undefined : await this.#uri(present, signal, 'present');
    await this.#watches.wait({ missing: uris, present: kept }, signal);
  }

  async mkdir(path: string, options: MkdirOptions = {}): Promise<void> {
    const { recursive = false, followSymlinks, signal } = options;
    const params = { path: await this.#uri(path, signal), recursive, ...links(followSymlinks) };
    await this.#port.request(fsCreateDirectory, params, signal);
  }

  async readdir(path: string, { signal }: WaitOptions = {}): Promise<readonly DirectoryEntry[]> {
    const { entries } = await this.#port.request(
      fsReadDirectory,
      { path: await this.#uri(path, signal) },
      signal,
    );
    return entries.map(({ fileName, ...told }) => ({ name: fileName, ...kind(told) }));
  }

  async realpath(path: string, { signal }: WaitOptions = {}): Promise<string> {
    const executor = await this.#port.environment();
    const params = { path: executorUri(path, executor, 'path') };
    return executorPath((await this.#port.request(fsCanonicalize, params, signal)).path, executor);
  }

  async rm(path: string, options: RmOptions = {}): Promise<void> {
    const { recursive = false, force = false, followSymlinks, signal } = options;
    const params = { path: await this.#uri(path, signal), recursive, force, ...links(followSymlinks) };
    await this.#port.request(fsRemove, params, signal);
  }

  async cp(from: string, to: string, { recursive = false, signal }: CpOptions = {}): Promise<void> {
    const sourcePath = await this.#uri(from, signal, 'from');
    const destinationPath = await this.#uri(to, signal, 'to');
    await this.#port.request(fsCopy, { sourcePath, destinationPath, recursive }, signal);
  }

  async walk(path: string, options: WalkOptions = {}): Promise<WalkResult> {
    const { signal, ...wanted } = options;
    const executor = await this.#port.environment();
    const params = { path: executorUri(path, executor, 'path'), options: { ...FARTHEST, ...wanted } };
    const { entries, errors, truncated } = await this.#port.request(fsWalk, params, signal);
    return {
      entries: entries.map((entry) => ({
        path: executorPath(entry.path, executor),
        uri: entry.path,
        isFile: () => entry.kind === 'file',
        isDirectory: () => entry.kind === 'directory',
      })),
      errors: errors.map((error) => ({ ...error, path: executorPath(error.path, executor) })),
      truncated,
    };
  }

  async upload(from: string, to: string, options: TransferOptions = {}): Promise<TransferResult> {
    return await upload(await this.#bothSides(options), from, to, options);
  }

  async download(from: string, to: string, options: TransferOptions = {}): Promise<TransferResult> {
    return await download(await this.#bothSides(options), from, to, options);
  }

  async #bothSides({ signal }: WaitOptions): Promise<TransferPort> {
    signal?.throwIfAborted();
    if (this.#local === undefined) {
      throw new ExecError('unsupported', 'there are no local files here; read and write streams instead');
    }
    const readSmall = async (path: string, stop: AbortSignal | undefined): Promise<Uint8Array> =>
      (await this.#port.request(fsReadFile, { path }, stop)).dataBase64;
    const executor = await this.#port.environment();
    const knowsTrees = this.#port.extensions().files !== undefined;
    return {
      remote: this,
      local: this.#local,
      clock: this.#port.clock,
      executor,
      readSmall,
      tree: knowsTrees ? createRemoteTree(this.#port, signal) : undefined,
    };
  }

  async #readAtOnce(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const params = { path: await this.#uri(path, signal), followSymlinks: false };
    return (await this.#port.request(fsReadFile, params, signal)).dataBase64;
  }

  async #readInBlocks(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const file = await this.#open(path, 'read', signal);
    try {
      return await readAll(new BlockReader(file, signal));
    } finally {
      await file.close(signal);
    }
  }

  async #open(path: string, mode: 'read' | 'replace', signal: AbortSignal | undefined): Promise<OpenFile> {
    return await openFile(this.#port, await this.#uri(path, signal), { mode }, signal);
  }

  async #uri(path: string, signal: AbortSignal | undefined, field = 'path'): Promise<string> {
    signal?.throwIfAborted();
    const executor: EnvironmentInfo = await this.#port.environment();
    return executorUri(path, executor, field);
  }
}

const FARTHEST = {
  maxDepth: MAX_WALK_DEPTH,
  maxDirectories: MAX_WALK_DIRECTORIES,
  maxEntries: MAX_WALK_ENTRIES,
  followDirectorySymlinks: false,
};

// A server of the reference wire decides on its own where nothing is said.
function links(followSymlinks: boolean | undefined): { readonly followSymlinks?: boolean } {
  return followSymlinks === undefined ? {} : { followSymlinks };
}

const LINK: FileStat = {
  isFile: () => false,
  isDirectory: () => false,
  isSymbolicLink: () => true,
  size: 0,
  mtimeMs: 0,
  birthtimeMs: 0,
};

function statOf(told: ResultOf<typeof fsGetMetadata>): FileStat {
  return {
    ...kind(told),
    isSymbolicLink: () => told.isSymlink,
    size: told.size,
    mtimeMs: told.modifiedAtMs,
    birthtimeMs: told.createdAtMs,
  };
}

/** Where an entry lies and what it is called there; the name of a root is empty. */
function splitUri(uri: string): { readonly directory: string; readonly name: string } {
  const at = uri.lastIndexOf('/');
  return { directory: at <= 'file://'.length ? 'file:///' : uri.slice(0, at), name: uri.slice(at + 1) };
}

function kind(told: { readonly isFile: boolean; readonly isDirectory: boolean }): {
  isFile(): boolean;
  isDirectory(): boolean;
} {
  return { isFile: () => told.isFile, isDirectory: () => told.isDirectory };
}

async function readAll(reader: BlockReader): Promise<Uint8Array> {
  const blocks: Uint8Array[] = [];
  for (let block = await reader.next(); block !== undefined; block = await reader.next()) blocks.push(block);
  const [first] = blocks;
  if (blocks.length === 1 && first !== undefined) return first;
  const all = new Uint8Array(blocks.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
