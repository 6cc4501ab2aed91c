import {
  base64Length,
  ExecError,
  fsCanonicalize,
  type fsClose,
  fsCopy,
  fsCreateDirectory,
  fsGetMetadata,
  type fsOpen,
  type fsReadBlock,
  fsReadDirectory,
  type fsReadFile,
  fsRemove,
  fsWalk,
  type fsWatchMissing,
  type fsWriteBlock,
  fsWriteFile,
  type ParamsOf,
  type RequestSpec,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { FileBlocks, FilePlaces } from '../../confined-files.js';
import { fsReadFileUpTo } from '../../file-up-to.js';
import type { FileOrder } from '../../fs/file-order.js';
import * as here from '../../fs/file-requests.js';
import { isForeign, toNativePath } from '../../fs/native-path.js';
import type { FileHandles } from '../../fs/open/file-handles.js';
import { LocalFile } from '../../fs/open/local-file.js';
import type { MissingWatches } from '../../fs/watch/missing-watches.js';
import type { AnswerRoom } from '../answers/answer-room.js';
import { readInRoom } from '../answers/read-in-room.js';

/** What the file methods of one connection work with. */
export interface FileScope {
  readonly order: FileOrder;
  readonly handles: FileHandles;
  readonly watches: MissingWatches;
  readonly confined: FilePlaces;
  /** Whether the connection agreed to hear of permissions. */
  readonly tellsPermissions: boolean;
  readonly room: AnswerRoom;
}

/** Answers a file request of one connection. */
export type FileHandler<S extends RequestSpec> = (
  scope: FileScope,
  params: ParamsOf<S>,
) => Promise<ResultOf<S>>;

/** Carries out a request with the files that this program can reach. */
type CarryOut<S extends RequestSpec> = (params: ParamsOf<S>) => Promise<ResultOf<S>>;

/** What a listing counts in the room for answers; what it really takes is known only afterwards. */
export const LISTING_BYTES = 1024 * 1024;

export const writeWholeFile = handlerOf(fsWriteFile, here.writeWholeFile);
export const makeDirectory = handlerOf(fsCreateDirectory, here.makeDirectory);
export const resolvePath = handlerOf(fsCanonicalize, here.resolvePath);
export const listDirectory = handlerOf(fsReadDirectory, here.listDirectory, LISTING_BYTES);
export const walkTree = handlerOf(fsWalk, here.walkTree, LISTING_BYTES);
export const removeEntry = handlerOf(fsRemove, here.removeEntry);
export const copyEntry = handlerOf(fsCopy, here.copyEntry);

const describe = handlerOf(fsGetMetadata, here.describeEntry);

export async function describeEntry(
  scope: FileScope,
  params: ParamsOf<typeof fsGetMetadata>,
): Promise<ResultOf<typeof fsGetMetadata>> {
  const { permissions, ...told } = await describe(scope, params);
  return scope.tellsPermissions ? { ...told, permissions } : told;
}

interface SandboxParams {
  readonly sandbox?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * A request that is carried out in its turn: here, or inside of the sandbox that it names. Whatever needs room for its answer
 * and a sandbox waits for the room first: of two that took them the other way round, each would wait for the other.
 * @param answerBytes What its answer counts in the room for answers; 0 for one that needs none.
 */
export function handlerOf<S extends RequestSpec>(
  spec: S,
  carryOut: CarryOut<S>,
  answerBytes = 0,
): FileHandler<S> {
  return async ({ order, confined, room }, params) => {
    const place = confined.placeOf((params as SandboxParams).sandbox);
    const isLook = spec.mutates !== true;
    const run = (): Promise<ResultOf<S>> =>
      place === undefined ? carryOut(params) : place.use(isLook, (inside) => inside.request(spec, params));
    const answer = answerBytes === 0 ? run : () => room.use(answerBytes, run);
    return await (isLook ? order.look(answer) : order.change(answer));
  };
}

export async function readWholeFile(
  { order, confined, room }: FileScope,
  params: ParamsOf<typeof fsReadFile>,
): Promise<ResultOf<typeof fsReadFile>> {
  const place = confined.placeOf(params.sandbox);
  const readUpTo: CarryOut<typeof fsReadFileUpTo> = (asked) =>
    place === undefined
      ? here.readFileUpTo(asked)
      : place.use(true, (inside) => inside.request(fsReadFileUpTo, asked));
  return await order.look(async () => ({
    dataBase64: await readInRoom(room, (limitBytes) => readUpTo({ ...params, limitBytes })),
  }));
}

export async function openFile(
  { order, handles, confined }: FileScope,
  { handleId, keep = false, sandbox, ...file }: ParamsOf<typeof fsOpen>,
): Promise<ResultOf<typeof fsOpen>> {
  const { mode = 'read', permissions } = file;
  const place = confined.placeOf(sandbox);
  const isKept = mode === 'replace' && keep;
  if (place !== undefined && isKept) {
    refuseInSandbox('keep: who else goes on with a file in a sandbox is not known; leave it out');
  }
  const path = toNativePath(file.path, 'path');
  const options = { ...here.linksOf(file), permissions };
  const isLook = mode === 'read';
  const openIt = (): Promise<FileBlocks> =>
    place === undefined ? LocalFile.open(path, isKept ? 'keep' : mode, options) : place.open(isLook, file);
  const open = (): Promise<void> => handles.open(handleId, openIt, isKept);
  await (isLook ? order.look(open) : order.change(open));
  return { handleId };
}

/** For what is not carried out inside of sandboxes: nothing that asked for one ever runs without it. */
export function refuseInSandbox(problem: string): never {
  throw new ExecError('sandboxUnsupported', problem);
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
  { order, watches, confined }: FileScope,
  { watchId, missing, present }: ParamsOf<typeof fsWatchMissing>,
): Promise<ResultOf<typeof fsWatchMissing>> {
  if (confined.placeOf(null) !== undefined) {
    throw new ExecError(
      'sandboxUnsupported',
      'this executor has a sandbox ceiling, to which it cannot hold a watch; ask for the metadata now and then',
    );
  }
  // What this executor cannot have never appears.
  if ([...missing, present ?? ROOT_URI].some(isForeign)) return { watching: false };
  const wait = {
    missing: missing.map((uri) => toNativePath(uri, 'missing')),
    present: present == null ? undefined : toNativePath(present, 'present'),
  };
  return { watching: await order.look(() => watches.add(watchId, wait)) };
}

const ROOT_URI = 'file:///';
