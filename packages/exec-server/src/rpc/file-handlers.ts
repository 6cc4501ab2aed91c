import {
  ExecError,
  type fsCanonicalize,
  type fsClose,
  type fsCopy,
  type fsCreateDirectory,
  type fsGetMetadata,
  type fsOpen,
  type fsReadBlock,
  type fsReadDirectory,
  type fsReadFile,
  type fsRemove,
  type fsWalk,
  type fsWatchMissing,
  type fsWriteBlock,
  type fsWriteFile,
  type ParamsOf,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { copy } from '../fs/copy.js';
import { createDirectory, readDirectory } from '../fs/directory.js';
import { readFile, sizeOf, writeFile } from '../fs/file-content.js';
import type { FileHandles } from '../fs/file-handles.js';
import type { FileOrder } from '../fs/file-order.js';
import { canonicalize, getMetadata } from '../fs/metadata.js';
import type { MissingWatches } from '../fs/missing-watches.js';
import { isForeign, type NativePath, toNativePath, toPathUri } from '../fs/native-path.js';
import { remove } from '../fs/remove.js';
import { walk } from '../fs/walk.js';
import type { AnswerRoom } from './answers/answer-room.js';

/** What the file methods of one connection work with. */
export interface FileScope {
  readonly order: FileOrder;
  readonly handles: FileHandles;
  readonly watches: MissingWatches;
  /** Whether an operator confines everything that is done here. */
  readonly hasCeiling: boolean;
  /** Whether the connection agreed to hear of permissions. */
  readonly tellsPermissions: boolean;
  readonly room: AnswerRoom;
}

/** What a listing counts in the room for answers; what it really takes is known only afterwards. */
export const LISTING_BYTES = 1024 * 1024;

export async function readWholeFile(
  scope: FileScope,
  params: ParamsOf<typeof fsReadFile>,
): Promise<ResultOf<typeof fsReadFile>> {
  const { order, room } = scope;
  const path = pathOf(scope, params);
  const read = (): Promise<Uint8Array> => readFile(path, linksOf(params));
  return { dataBase64: await order.look(async () => room.use(base64Length(await sizeOf(path)), read)) };
}

export async function writeWholeFile(
  scope: FileScope,
  params: ParamsOf<typeof fsWriteFile>,
): Promise<ResultOf<typeof fsWriteFile>> {
  const { order } = scope;
  const path = pathOf(scope, params);
  const options = { ...linksOf(params), permissions: params.permissions };
  await order.change(() => writeFile(path, params.dataBase64, options));
  return {};
}

export async function makeDirectory(
  scope: FileScope,
  params: ParamsOf<typeof fsCreateDirectory>,
): Promise<ResultOf<typeof fsCreateDirectory>> {
  const { order } = scope;
  const path = pathOf(scope, params);
  const { recursive = true } = params;
  await order.change(() => createDirectory(path, { recursive, ...linksOf(params) }));
  return {};
}

export async function describeEntry(
  scope: FileScope,
  params: ParamsOf<typeof fsGetMetadata>,
): Promise<ResultOf<typeof fsGetMetadata>> {
  const { order } = scope;
  const path = pathOf(scope, params);
  const { permissions, ...told } = await order.look(() => getMetadata(path, linksOf(params)));
  return scope.tellsPermissions ? { ...told, permissions } : told;
}

export async function resolvePath(
  scope: FileScope,
  params: ParamsOf<typeof fsCanonicalize>,
): Promise<ResultOf<typeof fsCanonicalize>> {
  const { order } = scope;
  const path = pathOf(scope, params);
  return { path: toPathUri(await order.look(() => canonicalize(path))) };
}

export async function listDirectory(
  scope: FileScope,
  params: ParamsOf<typeof fsReadDirectory>,
): Promise<ResultOf<typeof fsReadDirectory>> {
  const { order, room } = scope;
  const path = pathOf(scope, params);
  const entries = await order.look(() => room.use(LISTING_BYTES, () => readDirectory(path)));
  return { entries: entries.map(({ name, ...kind }) => ({ fileName: name.toString(), ...kind })) };
}

export async function walkTree(
  scope: FileScope,
  params: ParamsOf<typeof fsWalk>,
): Promise<ResultOf<typeof fsWalk>> {
  const { order, room } = scope;
  const path = pathOf(scope, params);
  const { pruneHiddenDirectories = false, ...options } = params.options;
  const { entries, errors, truncated } = await order.look(() =>
    room.use(LISTING_BYTES, () => walk(path, { pruneHiddenDirectories, ...options })),
  );
  return {
    entries: entries.map((entry) => ({ ...entry, path: toPathUri(entry.path) })),
    errors: errors.map((error) => ({ ...error, path: toPathUri(error.path) })),
    truncated,
  };
}

export async function removeEntry(
  scope: FileScope,
  params: ParamsOf<typeof fsRemove>,
): Promise<ResultOf<typeof fsRemove>> {
  const { order } = scope;
  const path = pathOf(scope, params);
  const { recursive = true, force = true } = params;
  await order.change(() => remove(path, { recursive, force, ...linksOf(params) }));
  return {};
}

export async function copyEntry(
  scope: FileScope,
  params: ParamsOf<typeof fsCopy>,
): Promise<ResultOf<typeof fsCopy>> {
  const { order } = scope;
  refuseSandbox(scope, params);
  const from = toNativePath(params.sourcePath, 'sourcePath');
  const to = toNativePath(params.destinationPath, 'destinationPath');
  await order.change(() => copy(from, to, params.recursive));
  return {};
}

export async function openFile(
  scope: FileScope,
  params: ParamsOf<typeof fsOpen>,
): Promise<ResultOf<typeof fsOpen>> {
  const { order, handles } = scope;
  const path = pathOf(scope, params);
  const { handleId, mode = 'read', keep = false, permissions } = params;
  const options = { ...linksOf(params), permissions };
  const how = mode === 'replace' && keep ? 'keep' : mode;
  const open = (): Promise<void> => handles.open(handleId, path, how, options);
  await (mode === 'read' ? order.look(open) : order.change(open));
  return { handleId };
}

export async function readFileBlock(
  { order, handles, room }: FileScope,
  { handleId, offset, len }: ParamsOf<typeof fsReadBlock>,
): Promise<ResultOf<typeof fsReadBlock>> {
  return await order.look(() => room.use(base64Length(len), () => handles.read(handleId, offset, len)));
}

export async function writeFileBlock(
  { order, handles }: FileScope,
  { handleId, offset, chunk }: ParamsOf<typeof fsWriteBlock>,
): Promise<ResultOf<typeof fsWriteBlock>> {
  await order.change(() => handles.write(handleId, offset, chunk));
  return {};
}

export async function closeFile(
  { order, handles }: FileScope,
  { handleId }: ParamsOf<typeof fsClose>,
): Promise<ResultOf<typeof fsClose>> {
  await order.change(() => handles.close(handleId));
  return {};
}

export async function watchMissing(
  scope: FileScope,
  { watchId, missing, present }: ParamsOf<typeof fsWatchMissing>,
): Promise<ResultOf<typeof fsWatchMissing>> {
  const { order, watches } = scope;
  refuseSandbox(scope, {});
  // What this executor cannot have never appears.
  if ([...missing, present ?? ROOT_URI].some(isForeign)) return { watching: false };
  const wait = {
    missing: missing.map((uri) => toNativePath(uri, 'missing')),
    present: present == null ? undefined : toNativePath(present, 'present'),
  };
  return { watching: await order.look(() => watches.add(watchId, wait)) };
}

const ROOT_URI = 'file:///';

interface PathParams {
  readonly path: string;
  readonly sandbox?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Where a request leads. @throws ExecError when it may not be made here. */
export function pathOf(scope: FileScope, params: PathParams): NativePath {
  refuseSandbox(scope, params);
  return toNativePath(params.path, 'path');
}

// Nothing that asked for a sandbox ever runs without one.
function refuseSandbox({ hasCeiling }: FileScope, { sandbox }: Pick<PathParams, 'sandbox'>): void {
  if (sandbox != null) {
    throw new ExecError(
      'sandboxUnsupported',
      'sandbox: this executor confines processes but no file requests yet; send null, or start a process that does the same',
    );
  }
  if (!hasCeiling) return;
  throw new ExecError(
    'sandboxUnsupported',
    'this executor has a sandbox ceiling, to which it cannot hold file requests yet; start a process that does the same',
  );
}

/** How the links of its path are treated. */
export function linksOf({ followSymlinks = true }: { readonly followSymlinks?: boolean | undefined }): {
  readonly followSymlinks: boolean;
} {
  return { followSymlinks };
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
