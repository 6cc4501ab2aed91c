import {
  type fsCanonicalize,
  type fsCopy,
  type fsCreateDirectory,
  type fsGetMetadata,
  type fsRemove,
  type fsSetPermissions,
  type fsSymlink,
  type fsWriteFile,
  MAX_LISTING_BYTES,
  MAX_READ_FILE_BYTES,
  type ParamsOf,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { fsReadFileUpTo } from '../file-up-to.js';
import type { fsListUpTo, fsReadDirectoryUpTo, fsWalkUpTo } from '../listing-up-to.js';
import { readUpTo, tooLarge, writeFile } from './file-content.js';
import { canonicalize, getMetadata } from './metadata.js';
import { toNativePath, toPathUri } from './native-path.js';
import { setPermissions } from './permissions.js';
import { copy } from './tree/copy.js';
import { createDirectory } from './tree/directory.js';
import { readNames } from './tree/directory-names.js';
import { listDirectory } from './tree/listing.js';
import { ListingRoom } from './tree/listing-room.js';
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
  if (content === undefined && size > MAX_READ_FILE_BYTES) throw tooLarge(path, MAX_READ_FILE_BYTES);
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

/** @throws ExecError `fileTooLarge` for more than any answer has. */
export async function namesUpTo({
  limitBytes,
  path,
}: ParamsOf<typeof fsReadDirectoryUpTo>): Promise<ResultOf<typeof fsReadDirectoryUpTo>> {
  return { listing: (await readNames(toNativePath(path, 'path'), limitBytes)) ?? null };
}

/** What is more than any answer has is left out. */
export async function walkUpTo({
  limitBytes,
  path,
  options: { pruneHiddenDirectories = false, ...options },
}: ParamsOf<typeof fsWalkUpTo>): Promise<ResultOf<typeof fsWalkUpTo>> {
  const room = new ListingRoom(limitBytes);
  const walked = await walk(toNativePath(path, 'path'), { pruneHiddenDirectories, ...options }, room);
  if (isTooLong(room, limitBytes)) return TOO_LONG;
  const { entries, errors, truncated } = walked;
  return {
    listing: {
      entries: entries.map(({ uri, kind }) => ({ path: uri, kind })),
      errors: errors.map(({ uri, message }) => ({ path: uri, message })),
      truncated,
    },
  };
}

/** What is more than any answer has is left out. */
export async function listUpTo({
  limitBytes,
  ...params
}: ParamsOf<typeof fsListUpTo>): Promise<ResultOf<typeof fsListUpTo>> {
  const room = new ListingRoom(limitBytes);
  const listed = await listDirectory(toNativePath(params.path, 'path'), linksOf(params), room);
  if (isTooLong(room, limitBytes)) return TOO_LONG;
  const { entries, truncated } = listed;
  return {
    listing: {
      entries: entries.map(({ uri, target, ...told }) => ({
        path: uri,
        ...told,
        ...(target === undefined ? {} : { targetBase64: target }),
      })),
      truncated,
    },
  };
}

const TOO_LONG = { listing: null };

/** Whether a list was cut off only because of what it may have now. */
function isTooLong(room: ListingRoom, limitBytes: number): boolean {
  return room.isFull && limitBytes < MAX_LISTING_BYTES;
}

export async function removeEntry(params: ParamsOf<typeof fsRemove>): Promise<ResultOf<typeof fsRemove>> {
  const { recursive = true, force = true } = params;
  await remove(toNativePath(params.path, 'path'), { recursive, force, ...linksOf(params) });
  return {};
}

/** @param over Fires when nobody wants the copy any more; by default never. */
export async function copyEntry(
  params: ParamsOf<typeof fsCopy>,
  over?: AbortSignal,
): Promise<ResultOf<typeof fsCopy>> {
  const from = toNativePath(params.sourcePath, 'sourcePath');
  const to = toNativePath(params.destinationPath, 'destinationPath');
  await copy(from, to, params.recursive, over);
  return {};
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
