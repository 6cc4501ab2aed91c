import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { sep } from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import type { LocalEntry, LocalFiles, LocalName, LocalPath } from '../transfer/local-files.js';
import { namedPath } from './named-path.js';
import { contentOf, sha256 } from './node-content.js';
import { codeOf, shown } from './node-path.js';
import { expectReplaceable } from './node-place.js';
import { goOn, replace } from './node-replacement.js';

/** The files of the machine on which Node runs. */
export const nodeFiles: LocalFiles = {
  resolve: namedPath,
  shown,
  join,
  real: (path) => realpath(Buffer.from(path), { encoding: 'buffer' }),
  identity: (path) => `${hostname()}\0${Buffer.from(path).toString('latin1')}`,
  describe,
  list,
  read: contentOf,
  makeDirectory: async (path) => (await mkdir(Buffer.from(path), { recursive: true })) !== undefined,
  makeDirectoryIn,
  directoryId,
  setPermissions: (path, permissions) => chmod(Buffer.from(path), permissions),
  readLink: (path) => readlink(Buffer.from(path), { encoding: 'buffer' }),
  makeLink,
  replace,
  goOn,
  sha256,
  isMissing: (error) => codeOf(error) === 'ENOENT',
  isDenied: (error) => codeOf(error) === 'EPERM' || codeOf(error) === 'EACCES',
};

const SEPARATOR = Buffer.from(sep);
const PERMISSIONS = 0o777;

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
    const found = await lstat(Buffer.from(path));
    const version = `${String(found.ino)} ${String(found.size)} ${String(found.mtimeMs)} ${String(found.ctimeMs)}`;
    return { kind: kindOf(found), size: found.size, version, permissions: found.mode & PERMISSIONS };
  } catch (error) {
    const isAbsent = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    if (isAbsent) return undefined;
    throw error;
  }
}

async function list(directory: LocalPath): Promise<readonly LocalName[]> {
  const entries = await readdir(Buffer.from(directory), { withFileTypes: true, encoding: 'buffer' });
  return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
}

async function makeDirectoryIn(path: LocalPath): Promise<void> {
  const at = Buffer.from(path);
  try {
    await mkdir(at);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if ((await lstat(at)).isDirectory()) return;
    throw new ExecError('notADirectory', `${shown(path)} exists and is no directory; remove it first`);
  }
}

async function directoryId(path: LocalPath): Promise<string | undefined> {
  const found = await lstat(Buffer.from(path), { bigint: true }).catch(() => undefined);
  return found?.isDirectory() === true ? `${String(found.dev)}:${String(found.ino)}` : undefined;
}

async function makeLink(path: LocalPath, target: Uint8Array): Promise<void> {
  await expectReplaceable(path);
  const at = Buffer.from(path);
  const parent = at.subarray(0, at.lastIndexOf(SEPARATOR) + 1);
  const temporary = Buffer.concat([parent, Buffer.from(`.holdfast-${randomUUID()}.part`)]);
  await symlink(Buffer.from(target), temporary);
  try {
    await rename(temporary, at);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function kindOf(entry: Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): LocalName['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
