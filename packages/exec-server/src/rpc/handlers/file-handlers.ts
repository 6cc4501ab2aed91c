import {
  type AnswerOf,
  base64Length,
  ExecError,
  fsCanonicalize,
  type fsClose,
  fsCopy,
  fsCreateDirectory,
  fsGetMetadata,
  type fsOpen,
  type fsReadBlock,
  type fsReadFile,
  fsRemove,
  type fsWatchMissing,
  type fsWriteBlock,
  fsWriteFile,
  MAX_FILE_BLOCK_BYTES,
  type ParamsOf,
  type RequestSpec,
  type ResultOf,
  type WireId,
} from '@holdfast/exec-protocol';
import type { FileBlocks, FilePlace, FilePlaces } from '../../confined-files.js';
import { fsReadFileUpTo } from '../../file-up-to.js';
import type { FileOrder } from '../../fs/file-order.js';
import * as here from '../../fs/file-requests.js';
import { isForeign, type NativePath, toNativePath } from '../../fs/native-path.js';
import type { FileHandles } from '../../fs/open/file-handles.js';
import { LocalFile } from '../../fs/open/local-file.js';
import type { MissingWatches } from '../../fs/watch/missing-watches.js';
import type { AnswerRoom } from '../answers/answer-room.js';
import { type AnswerTransport, slicedAnswer } from '../answers/answer-transport.js';
import { answerFile, type WholeFile } from '../answers/file-answer.js';

/** What the file methods of one connection work with. */
export interface FileScope {
  readonly order: FileOrder;
  readonly handles: FileHandles;
  readonly watches: MissingWatches;
  readonly confined: FilePlaces;
  /** Whether the connection agreed to hear of permissions. */
  readonly tellsPermissions: boolean;
  readonly room: AnswerRoom;
  /** Fires when nobody can learn any more what has become of a request, nor repeat it. */
  readonly over: AbortSignal;
  readonly transport: Pick<AnswerTransport, 'sendSlices'>;
}

/** Answers a file request of one connection. */
export type FileHandler<S extends RequestSpec> = (
  scope: FileScope,
  params: ParamsOf<S>,
) => Promise<ResultOf<S>>;

/** Carries out a request with the files that this program can reach. */
type CarryOut<S extends RequestSpec> = (params: ParamsOf<S>, over: AbortSignal) => Promise<ResultOf<S>>;

/** The same, for whoever waits for it to the end. */
type Carrier<S extends RequestSpec> = (params: ParamsOf<S>) => Promise<ResultOf<S>>;

export const writeWholeFile = handlerOf(fsWriteFile, here.writeWholeFile);
export const makeDirectory = handlerOf(fsCreateDirectory, here.makeDirectory);
export const resolvePath = handlerOf(fsCanonicalize, here.resolvePath);
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

/** A request that is carried out in its turn: here, or inside of the sandbox that it names. */
export function handlerOf<S extends RequestSpec>(spec: S, carryOut: CarryOut<S>): FileHandler<S> {
  return async ({ order, confined, over }, params) => {
    const carrier = carrierOf(confined, spec, params as SandboxParams, (asked) => carryOut(asked, over));
    const run = (): Promise<ResultOf<S>> => carrier(params);
    return await (spec.mutates === true ? order.change(run) : order.look(run));
  };
}

/**
 * Carries out what a request asks for, here or inside of the sandbox that it names. Whatever needs room for its answer and a
 * sandbox waits for the room first: of two that took them the other way round, each would wait for the other.
 * @throws ExecError `sandboxUnsupported` for a sandbox that is not understood.
 */
export function carrierOf<S extends RequestSpec>(
  confined: FilePlaces,
  spec: S,
  { sandbox }: SandboxParams,
  carryOut: Carrier<S>,
): Carrier<S> {
  const place = confined.placeOf(sandbox);
  if (place === undefined) return carryOut;
  return (params) => place.use(spec.mutates !== true, (inside) => inside.request(spec, params));
}

export async function readWholeFile(
  { order, confined, room, transport }: FileScope,
  { sandbox, ...file }: ParamsOf<typeof fsReadFile>,
  id: WireId,
): Promise<AnswerOf<typeof fsReadFile>> {
  const place = confined.placeOf(sandbox);
  const path = toNativePath(file.path, 'path');
  const whole: WholeFile = place === undefined ? wholeHere(path, file) : wholeInside(place, path, file);
  const answer = await order.look(() => answerFile(room, whole, id));
  if (answer instanceof Uint8Array) return { dataBase64: answer };
  return slicedAnswer(transport, answer);
}

type FileToRead = Omit<ParamsOf<typeof fsReadFile>, 'sandbox'>;

function wholeHere(path: NativePath, file: FileToRead): WholeFile {
  return {
    path,
    readUpTo: (limitBytes) => here.readFileUpTo({ ...file, limitBytes }),
    withBlocks: async (read) => await withOpen(await LocalFile.open(path, 'read', here.linksOf(file)), read),
  };
}

function wholeInside(place: FilePlace, path: NativePath, file: FileToRead): WholeFile {
  return {
    path,
    readUpTo: (limitBytes) =>
      place.use(true, (inside) => inside.request(fsReadFileUpTo, { ...file, limitBytes })),
    withBlocks: (read) =>
      place.use(true, async (inside) => await withOpen(await inside.openFile(file), read)),
  };
}

async function withOpen<T>(blocks: FileBlocks, read: (blocks: FileBlocks) => Promise<T>): Promise<T> {
  try {
    return await read(blocks);
  } finally {
    await blocks.close();
  }
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
  // A longer one is refused where it is read, and needs no room for that.
  const bytes = base64Length(Math.min(len, MAX_FILE_BLOCK_BYTES));
  return await order.look(() => room.use(bytes, () => handles.read(handleId, offset, len)));
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
