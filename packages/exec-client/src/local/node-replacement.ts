import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import type { LocalPath, PartialFile, Replacement } from '../transfer/local-files.js';
import { contentOf, sha256 } from './node-content.js';
import { claim, nobodysPartName, ownPartName, sweep } from './node-parts.js';
import { codeOf, shown } from './node-path.js';
import { expectReplaceable } from './node-place.js';

const PERMISSIONS = 0o777;
const MODE_OF_NEW_FILES = 0o666;
const MODE_OF_PRIVATE_FILES = 0o600;
const READ_BYTES = 1024 * 1024;
const SEPARATOR = Buffer.from(sep);

/** Begins a file beside `path` that is to take its place, with the permissions of what it replaces unless others are given. */
export async function replace(path: LocalPath, permissions?: number): Promise<Replacement> {
  await expectReplaceable(path);
  const target = Buffer.from(path);
  const existing = permissions === undefined ? await stat(target).catch(() => undefined) : undefined;
  const wanted = permissions ?? (existing && existing.mode & PERMISSIONS);
  const temporary = Buffer.concat([directoryOf(target), Buffer.from(`.holdfast-${randomUUID()}.part`)]);
  // Whom the file is to be kept from gets no look at it while it grows.
  const mode = wanted === undefined ? MODE_OF_NEW_FILES : MODE_OF_PRIVATE_FILES;
  const handle = await open(temporary, 'wx', mode).catch((error: unknown) => {
    throw inItsDirectory(error, path);
  });
  return new GrowingFile(handle, temporary, target, wanted);
}

/** The same, going on with what an earlier one has left and nobody writes to any more. */
export async function goOn(path: LocalPath, key: string, permissions: number): Promise<PartialFile> {
  await expectReplaceable(path);
  const target = Buffer.from(path);
  const directory = directoryOf(target);
  const own = Buffer.concat([directory, await ownPartName(key)]);
  const names = await namesIn(directory, path);
  await claim(directory, own, names, key);
  // A link that somebody put there is not followed.
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const handle = await open(own, flags, MODE_OF_PRIVATE_FILES);
  const { size, mtimeMs } = await handle.stat();
  await sweep(directory, names, mtimeMs);
  return new GrowingFile(handle, own, target, permissions, size, key);
}

/** A directory that takes files and shows none has nothing to go on with. */
async function namesIn(directory: Buffer, path: LocalPath): Promise<readonly string[]> {
  try {
    return await readdir(directory, { encoding: 'latin1' });
  } catch (error) {
    if (codeOf(error) === 'EACCES') return [];
    throw inItsDirectory(error, path);
  }
}

class GrowingFile implements PartialFile {
  readonly length: number;
  readonly #handle: FileHandle;
  readonly #target: Buffer;
  readonly #permissions: number | undefined;
  readonly #key: string;
  #path: Buffer;
  #end: number;
  #isOver = false;

  constructor(
    handle: FileHandle,
    path: Buffer,
    target: Buffer,
    permissions: number | undefined,
    length = 0,
    key = '',
  ) {
    this.#handle = handle;
    this.#path = path;
    this.#target = target;
    this.#permissions = permissions;
    this.#key = key;
    this.length = length;
    this.#end = length;
  }

  get shown(): string {
    return shown(this.#path);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, this.#end);
      written += bytesWritten;
      this.#end += bytesWritten;
    }
  }

  read(): AsyncIterable<Uint8Array> {
    return contentOf(this.#path, READ_BYTES);
  }

  async digest(): Promise<string> {
    const digest = sha256();
    for await (const block of this.read()) digest.update(block);
    return digest.hex();
  }

  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#end = 0;
  }

  async commit(): Promise<void> {
    await expectReplaceable(this.#target);
    if (this.#permissions !== undefined) await this.#handle.chmod(this.#permissions);
    await this.#handle.close();
    await rename(this.#path, this.#target);
    this.#isOver = true;
  }

  async keep(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#handle.close();
    const nobodys = Buffer.concat([directoryOf(this.#path), nobodysPartName(this.#key)]);
    await rename(this.#path, nobodys);
    this.#path = nobodys;
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#handle.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }
}

function inItsDirectory(error: unknown, path: LocalPath): unknown {
  if (codeOf(error) !== 'ENOENT') return error;
  return new ExecError(
    'notADirectory',
    `the directory of ${shown(path)} does not exist on this machine; make it first`,
  );
}

function directoryOf(path: Buffer): Buffer {
  return path.subarray(0, path.lastIndexOf(SEPARATOR) + 1);
}
