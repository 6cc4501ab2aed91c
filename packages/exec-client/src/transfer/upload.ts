import { ExecError, FILES_IN_TRANSFER, MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import { executorUri } from '../executor-path.js';
import { forEachAtOnce } from './at-once.js';
import type { LocalEntry, LocalPath } from './local-files.js';
import { Tally } from './tally.js';
import { tidy } from './tidy.js';
import type { TransferOptions, TransferResult } from './transfer.js';
import {
  changedMeanwhile,
  entryUri,
  expectSame,
  persistently,
  type Transfer,
  type TransferPort,
  temporaryUri,
  waiting,
} from './transfer-port.js';

interface FileToSend {
  readonly path: LocalPath;
  readonly uri: string;
  readonly entry: LocalEntry;
}

interface Tree {
  /** Each after the one in which it lies. */
  readonly directories: string[];
  readonly files: FileToSend[];
}

/** Copies a file or a directory of this machine to the executor. */
export async function upload(
  port: TransferPort,
  from: string,
  to: string,
  { signal, onProgress }: TransferOptions,
): Promise<TransferResult> {
  const transfer: Transfer = { ...port, tally: new Tally(onProgress), signal };
  const root = port.local.resolve(from);
  const uri = executorUri(to, port.executor, 'to');
  const tree = await survey(transfer, root, uri);
  if (tree.directories.length === 0) await expectDirectory(transfer, uri);
  const totalBytes = tree.files.reduce((sum, { entry }) => sum + entry.size, 0);
  transfer.tally.begin({ totalBytes, totalFiles: tree.files.length });
  for (const directory of tree.directories) {
    await port.remote.mkdir(directory, { recursive: true, ...waiting(transfer) });
    transfer.tally.directories += 1;
  }
  const isTree = tree.directories.length > 0;
  await forEachAtOnce(tree.files, FILES_IN_TRANSFER, (file) => send(transfer, file, isTree));
  return transfer.tally.result();
}

async function expectDirectory(transfer: Transfer, uri: string): Promise<void> {
  const directory = uri.slice(0, Math.max(uri.lastIndexOf('/'), 'file:///'.length));
  try {
    await transfer.remote.stat(directory, waiting(transfer));
  } catch (error) {
    if (!(error instanceof ExecError) || error.kind !== 'fileNotFound') throw error;
    const message = `the directory ${directory} does not exist on the executor; make it first`;
    throw new ExecError('fileNotFound', message, { cause: error });
  }
}

async function survey(transfer: Transfer, root: LocalPath, uri: string): Promise<Tree> {
  const { local } = transfer;
  const entry = await local.describe(root);
  if (entry === undefined) {
    throw new ExecError('fileNotFound', `${local.shown(root)} does not exist on this machine`);
  }
  if (entry.kind === 'other') {
    throw new ExecError('notAFile', `${local.shown(root)} is neither a file nor a directory`);
  }
  const tree: Tree = { directories: [], files: [] };
  if (entry.kind === 'file') tree.files.push({ path: root, uri, entry });
  else await surveyDirectory(transfer, root, uri, tree);
  return tree;
}

async function surveyDirectory(transfer: Transfer, path: LocalPath, uri: string, tree: Tree): Promise<void> {
  const { local, executor, tally, signal } = transfer;
  signal?.throwIfAborted();
  let names: Awaited<ReturnType<typeof local.list>>;
  try {
    names = await local.list(path);
  } catch (error) {
    if (!local.isMissing(error)) tally.failed(local.shown(path), error);
    return;
  }
  tree.directories.push(uri);
  for (const { name, kind } of names) {
    const child = local.join(path, name);
    const childUri = entryUri(uri, name, executor);
    if (kind === 'directory') await surveyDirectory(transfer, child, childUri, tree);
    else if (kind === 'file') await surveyFile(transfer, child, childUri, tree);
    else tally.skipped(local.shown(child), kind === 'link' ? 'is a symbolic link' : 'is no regular file');
  }
}

async function surveyFile({ local }: Transfer, path: LocalPath, uri: string, tree: Tree): Promise<void> {
  const entry = await local.describe(path);
  // What went away meanwhile is not there to be copied.
  if (entry !== undefined) tree.files.push({ path, uri, entry });
}

async function send(transfer: Transfer, file: FileToSend, isPartOfTree: boolean): Promise<void> {
  const { local, tally, signal } = transfer;
  signal?.throwIfAborted();
  try {
    await persistently(transfer, (moved) =>
      file.entry.size <= MAX_FILE_BLOCK_BYTES
        ? sendAtOnce(transfer, file, moved)
        : sendInBlocks(transfer, file, moved),
    );
    tally.fileDone();
  } catch (error) {
    if (!isPartOfTree || signal?.aborted === true) throw error;
    if (!local.isMissing(error)) tally.failed(local.shown(file.path), error);
  }
}

/** The executor writes it with one request, so that it is there or not, whatever happens to the link. */
async function sendAtOnce(
  transfer: Transfer,
  { path, uri, entry }: FileToSend,
  moved: (bytes: number) => void,
): Promise<void> {
  const { local, remote } = transfer;
  let content: Uint8Array = new Uint8Array(0);
  let blocks = 0;
  for await (const block of local.read(path, MAX_FILE_BLOCK_BYTES)) {
    content = block;
    blocks += 1;
  }
  if (blocks > 1 || content.length !== entry.size) throw changedMeanwhile();
  const sent = local.sha256();
  sent.update(content);
  await remote.writeFile(uri, content, waiting(transfer));
  moved(content.length);
  const arrived = local.sha256();
  arrived.update(await transfer.readSmall(uri, transfer.signal));
  expectSame(sent.hex(), arrived.hex(), uri);
}

/** Written under a name of its own, read again, and only then copied, by the executor alone, to where it belongs. */
async function sendInBlocks(
  transfer: Transfer,
  file: FileToSend,
  moved: (bytes: number) => void,
): Promise<void> {
  const { remote } = transfer;
  const temporary = temporaryUri(file.uri);
  try {
    const sent = await stream(transfer, file, temporary, moved);
    expectSame(sent, await digestOf(transfer, temporary), file.uri);
    await remote.copyFile(temporary, file.uri, waiting(transfer));
  } finally {
    await tidy(transfer, remote.rm(temporary, { force: true }));
  }
}

async function stream(
  transfer: Transfer,
  { path, entry }: FileToSend,
  uri: string,
  moved: (bytes: number) => void,
): Promise<string> {
  const { local, remote } = transfer;
  const digest = local.sha256();
  const sink = remote.createWriteStream(uri, waiting(transfer)).getWriter();
  try {
    for await (const block of local.read(path, MAX_FILE_BLOCK_BYTES)) {
      digest.update(block);
      await sink.write(block);
      moved(block.length);
    }
    await sink.close();
  } catch (error) {
    await sink.abort(error).catch(() => undefined);
    throw error;
  }
  if ((await local.describe(path))?.version !== entry.version) throw changedMeanwhile();
  return digest.hex();
}

async function digestOf(transfer: Transfer, uri: string): Promise<string> {
  const digest = transfer.local.sha256();
  for await (const block of transfer.remote.createReadStream(uri, waiting(transfer))) digest.update(block);
  return digest.hex();
}
