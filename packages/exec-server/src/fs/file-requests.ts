import {
  type fsCanonicalize,
  type fsCopy,
  type fsCreateDirectory,
  type fsGetMetadata,
  type fsList,
  type fsReadDirectory,
  type fsRemove,
  type fsSetPermissions,
  type fsSymlink,
  type fsWalk,
  type fsWriteFile,
  MAX_READ_FILE_BYTES,
  type ParamsOf,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { fsReadFileUpTo } from '../file-up-to.js';
import { readUpTo, tooLarge, writeFile } from './file-content.js';
import { canonicalize, getMetadata } from './metadata.js';
import { toNativePath, toPathUri } from './native-path.js';
import { setPermissions } from './permissions.js';
import { copy } from './tree/copy.js';
import { createDirectory, readDirectory } from './tree/directory.js';
import { listDirectory as listNamed } from './tree/listing.js';
import { remove } from './tree/remove.js';
import { makeLink } from './tree/symlink.js';
import { walk } from './tree/walk.js';

// What each request does with the files that this program can reach, in the shapes of the wire.

/** @throws ExecError `fileTooLarge` for what is larger than any answer. */
export async function readFileUpTo({
  limitBytes,
  ...params
}: ParamsOf<typeof fsReadFileUpTo>): Promise<ResultOf<typeof fsReadFileUpTo>> {
  const path = toNativePath(params.path, 'path');
  const { content, size } = await readUpTo(path, linksOf(params), limitBytes);
  const isTooLarge = size > MAX_READ_FILE_BYTES || limitBytes >= MAX_READ_FILE_BYTES;
  if (content === undefined && isTooLarge) throw tooLarge(path, MAX_READ_FILE_BYTES);
  return { dataBase64: content ?? NOTHING, isWhole: content !== undefined, size };
}

const NOTHING = new Uint8Array();

export async function writeWholeFile(
  params: ParamsOf<typeof fsWriteFile>,
): Promise<ResultOf<typeof fsWriteFile>> {
  const options = { ...linksOf(params), permissions: params.permissions };
  await writeFile(toNativePath(params.path, 'path'), params.dataBase64, options);
  return {};
}

export async function makeDirectory(
  params: ParamsOf<typeof fsCreateDirectory>,
): Promise<ResultOf<typeof fsCreateDirectory>> {
  const { recursive = true } = params;
  await createDirectory(toNativePath(params.path, 'path'), { recursive, ...linksOf(params) });
  return {};
}

export async function describeEntry(
  params: ParamsOf<typeof fsGetMetadata>,
): Promise<ResultOf<typeof fsGetMetadata>> {
  return await getMetadata(toNativePath(params.path, 'path'), linksOf(params));
}

export async function resolvePath(
  params: ParamsOf<typeof fsCanonicalize>,
): Promise<ResultOf<typeof fsCanonicalize>> {
  return { path: toPathUri(await canonicalize(toNativePath(params.path, 'path'))) };
}

export async function listDirectory(
  params: ParamsOf<typeof fsReadDirectory>,
): Promise<ResultOf<typeof fsReadDirectory>> {
  const entries = await readDirectory(toNativePath(params.path, 'path'));
  return { entries: entries.map(({ name, ...kind }) => ({ fileName: name.toString(), ...kind })) };
}

export async function walkTree(params: ParamsOf<typeof fsWalk>): Promise<ResultOf<typeof fsWalk>> {
  const { pruneHiddenDirectories = false, ...options } = params.options;
  const { entries, errors, truncated } = await walk(toNativePath(params.path, 'path'), {
    pruneHiddenDirectories,
    ...options,
  });
  return {
    entries: entries.map(({ uri, kind }) => ({ path: uri, kind })),
    errors: errors.map(({ uri, message }) => ({ path: uri, message })),
    truncated,
  };
}

export async function removeEntry(params: ParamsOf<typeof fsRemove>): Promise<ResultOf<typeof fsRemove>> {
  const { recursive = true, force = true } = params;
  await remove(toNativePath(params.path, 'path'), { recursive, force, ...linksOf(params) });
  return {};
}

export async function copyEntry(params: ParamsOf<typeof fsCopy>): Promise<ResultOf<typeof fsCopy>> {
  const from = toNativePath(params.sourcePath, 'sourcePath');
  const to = toNativePath(params.destinationPath, 'destinationPath');
  await copy(from, to, params.recursive);
  return {};
}

export async function listEntries(params: ParamsOf<typeof fsList>): Promise<ResultOf<typeof fsList>> {
  const { entries, truncated } = await listNamed(toNativePath(params.path, 'path'), linksOf(params));
  return {
    entries: entries.map(({ uri, target, ...told }) => ({
      path: uri,
      ...told,
      ...(target === undefined ? {} : { targetBase64: target }),
    })),
    truncated,
  };
}

export async function makeSymlink(params: ParamsOf<typeof fsSymlink>): Promise<ResultOf<typeof fsSymlink>> {
  await makeLink(toNativePath(params.path, 'path'), params.targetBase64, linksOf(params));
  return {};
}

export async function changePermissions(
  params: ParamsOf<typeof fsSetPermissions>,
): Promise<ResultOf<typeof fsSetPermissions>> {
  await setPermissions(toNativePath(params.path, 'path'), params.permissions, linksOf(params));
  return {};
}

/** How the links of a path are treated. */
export function linksOf({ followSymlinks = true }: { readonly followSymlinks?: boolean | undefined }): {
  readonly followSymlinks: boolean;
} {
  return { followSymlinks };
}
