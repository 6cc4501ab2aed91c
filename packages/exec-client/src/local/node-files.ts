import { Buffer } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import type {
  Digest,
  LocalEntry,
  LocalFiles,
  LocalName,
  LocalPath,
  Replacement,
} from '../transfer/local-files.js';

/** The files of the machine on which Node runs. */
export const nodeFiles: LocalFiles = {
  resolve: (text) => Buffer.from(resolve(text)),
  shown: (path) => JSON.stringify(Buffer.from(path).toString()),
  join,
  describe,
  list,
  read,
  async makeDirectory(path) {
    await mkdir(Buffer.from(path), { recursive: true });
  },
  replace,
  sha256,
  isMissing: (error) => codeOf(error) === 'ENOENT',
};

const SEPARATOR = Buffer.from(sep);
const READ_BYTES = 1024 * 1024;
const PERMISSIONS = 0o777;
const MODE_OF_NEW_FILES = 0o666;
const MODE_OF_PRIVATE_FILES = 0o600;

function join(directory: LocalPath, name: Uint8Array): LocalPath {
  const text = Buffer.from(name).toString('latin1');
  // Windows has two separators, and what is one there is a letter of a name elsewhere.
  const leadsElsewhere = /^\.{0,2}$|[/\0]/.test(text) || text.includes(sep);
  if (leadsElsewhere) {
    throw new ExecError('invalidPath', 'no file of this machine can have its name; rename it there first');
  }
  return Buffer.concat([directory, SEPARATOR, name]);
}

async function describe(path: LocalPath): Promise<LocalEntry | undefined> {
  try {
    const found = await stat(Buffer.from(path));
    const version = `${String(found.ino)} ${String(found.size)} ${String(found.mtimeMs)} ${String(found.ctimeMs)}`;
    return { kind: kindOf(found), size: found.size, version };
  } catch (error) {
    const isAbsent = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    if (isAbsent) return undefined;
    throw error;
  }
}

async function list(directory: LocalPath): Promise<readonly LocalName[]> {
  const entries = await readdir(Buffer.from(directory), { withFileTypes: true, encoding: 'buffer' });
  return entries.map((entry) => ({
    name: entry.name,
    kind: entry.isSymbolicLink() ? 'link' : kindOf(entry),
  }));
}

async function* read(path: LocalPath, blockBytes: number): AsyncIterable<Uint8Array> {
  const handle = await open(Buffer.from(path));
  try {
    for (;;) {
      const block = Buffer.allocUnsafe(blockBytes);
      const filled = await fill(handle, block);
      if (filled > 0) yield block.subarray(0, filled);
      if (filled < blockBytes) return;
    }
  } finally {
    await handle.close();
  }
}

async function fill(handle: FileHandle, block: Buffer): Promise<number> {
  let filled = 0;
  while (filled < block.length) {
    const { bytesRead } = await handle.read(block, filled, block.length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

async function replace(path: LocalPath): Promise<Replacement> {
  const target = Buffer.from(path);
  const existing = await stat(target).catch(() => undefined);
  const temporary = Buffer.concat([directoryOf(target), Buffer.from(`.holdfast-${randomUUID()}.part`)]);
  // Whom the old file was kept from gets no look at the new one while it grows.
  const mode = existing === undefined ? MODE_OF_NEW_FILES : MODE_OF_PRIVATE_FILES;
  const handle = await open(temporary, 'wx', mode).catch((error: unknown) => {
    throw codeOf(error) === 'ENOENT' ? noDirectory(path) : error;
  });
  let isOver = false;
  return {
    async write(bytes) {
      await handle.writeFile(bytes);
    },
    async digest() {
      const digest = sha256();
      for await (const block of read(temporary, READ_BYTES)) digest.update(block);
      return digest.hex();
    },
    async commit() {
      // The new file stands for the old one, so whoever might use that may use this.
      if (existing !== undefined) await handle.chmod(existing.mode & PERMISSIONS);
      await handle.close();
      await rename(temporary, target);
      isOver = true;
    },
    async discard() {
      if (isOver) return;
      isOver = true;
      await handle.close().catch(() => undefined);
      await rm(temporary, { force: true });
    },
  };
}

function noDirectory(path: LocalPath): ExecError {
  return new ExecError(
    'notADirectory',
    `the directory of ${nodeFiles.shown(path)} does not exist on this machine; make it first`,
  );
}

function directoryOf(path: Buffer): Buffer {
  return path.subarray(0, path.lastIndexOf(SEPARATOR) + 1);
}

function sha256(): Digest {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

function kindOf(entry: Pick<Stats, 'isFile' | 'isDirectory'>): 'file' | 'directory' | 'other' {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'directory' : 'other';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
