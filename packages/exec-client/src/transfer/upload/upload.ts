import { ExecError, FILES_IN_TRANSFER } from '@holdfast/exec-protocol';
import { executorUri } from '../../executor-path.js';
import { forEachAtOnce } from '../at-once.js';
import type { LocalEntry, LocalName, LocalPath } from '../local-files.js';
import type { TransferOptions, TransferResult } from '../transfer.js';
import { entryUri, persistently, runTransfer, type Transfer, type TransferPort } from '../transfer-port.js';
import type { Destination, FileToSend } from './destination.js';
import { plainDestination } from './plain-destination.js';
import { treeDestination } from './tree-destination.js';

/** What there is to send, beside the directories, which are made as they are found. */
interface Contents {
  readonly files: FileToSend[];
  readonly links: { readonly path: LocalPath; readonly uri: string }[];
}

/** Copies a file or a directory of this machine to the executor. */
export async function upload(
  port: TransferPort,
  from: string,
  to: string,
  options: TransferOptions,
): Promise<TransferResult> {
  return await runTransfer(port, options, (transfer) => uploadAll(transfer, from, to));
}

async function uploadAll(transfer: Transfer, from: string, to: string): Promise<void> {
  const { tally, tree, executor } = transfer;
  const destination = tree === undefined ? plainDestination(transfer) : treeDestination(transfer, tree);
  const { path, entry } = await sourceOf(transfer, from);
  const uri = executorUri(to, executor, 'to');
  const isTree = entry.kind === 'directory';
  const contents: Contents = isTree
    ? await survey(transfer, destination, path, await destination.makeRoot(uri, entry.permissions))
    : { files: [{ path, uri: await destination.locateFile(uri), entry }], links: [] };
  const { files, links } = contents;
  tally.begin({
    totalBytes: files.reduce((sum, file) => sum + file.entry.size, 0),
    totalFiles: files.length,
  });
  await forEachAtOnce(files, FILES_IN_TRANSFER, (file) => send(transfer, destination, file, isTree));
  // Last, so that nothing is ever sent through one of them.
  await forEachAtOnce(links, FILES_IN_TRANSFER, (link) =>
    attempt(transfer, link.path, true, async () => {
      await destination.putLink(link.path, link.uri);
      tally.links += 1;
    }),
  );
  await destination.finish();
}

/** What was named, links followed. */
async function sourceOf(
  { local }: Transfer,
  from: string,
): Promise<{ readonly path: LocalPath; readonly entry: LocalEntry }> {
  const named = local.resolve(from);
  const path = await local.real(named).catch((error: unknown) => {
    if (local.isMissing(error)) return undefined;
    throw error;
  });
  const entry = path === undefined ? undefined : await local.describe(path);
  if (path === undefined || entry === undefined) {
    throw new ExecError('fileNotFound', `${local.shown(named)} does not exist on this machine`);
  }
  if (entry.kind === 'file' || entry.kind === 'directory') return { path, entry };
  throw new ExecError('notAFile', `${local.shown(named)} is neither a file nor a directory`);
}

/** Makes all directories, and tells what goes into them. */
async function survey(
  transfer: Transfer,
  destination: Destination,
  root: LocalPath,
  uri: string,
): Promise<Contents> {
  const contents: Contents = { files: [], links: [] };
  const found: { readonly path: LocalPath; readonly uri: string }[] = [{ path: root, uri }];
  for (let next = found.pop(); next !== undefined; next = found.pop()) {
    const directory = next;
    await attempt(transfer, directory.path, true, async () => {
      transfer.signal?.throwIfAborted();
      const names = await transfer.local.list(directory.path);
      if (directory.uri !== uri) {
        const entry = await transfer.local.describe(directory.path);
        await destination.makeDirectory(directory.uri, entry?.permissions ?? NEW_DIRECTORY_PERMISSIONS);
      }
      transfer.tally.directories += 1;
      for (const name of names) {
        const child = await surveyed(transfer, destination, directory, name, contents);
        if (child !== undefined) found.push(child);
      }
    });
  }
  return contents;
}

const NEW_DIRECTORY_PERMISSIONS = 0o755;

/** @returns a directory that is to be looked through. */
async function surveyed(
  { local, executor, tally }: Transfer,
  { takesLinks }: Destination,
  directory: { readonly path: LocalPath; readonly uri: string },
  { name, kind }: LocalName,
  { files, links }: Contents,
): Promise<{ readonly path: LocalPath; readonly uri: string } | undefined> {
  const child = { path: local.join(directory.path, name), uri: entryUri(directory.uri, name, executor) };
  if (kind === 'directory') return child;
  if (kind === 'file') {
    const entry = await local.describe(child.path);
    // What went away meanwhile is not there to be copied.
    if (entry?.kind === 'file') files.push({ ...child, entry });
  } else if (kind === 'link' && takesLinks) links.push(child);
  else tally.skipped(local.shown(child.path), kind === 'link' ? NO_LINKS : 'is no regular file');
  return undefined;
}

const NO_LINKS = 'is a symbolic link, which the server does not know';

async function send(
  transfer: Transfer,
  destination: Destination,
  file: FileToSend,
  isPartOfTree: boolean,
): Promise<void> {
  transfer.signal?.throwIfAborted();
  await attempt(transfer, file.path, isPartOfTree, async () => {
    await persistently(transfer, (moved) => destination.putFile(file, moved));
    transfer.tally.fileDone();
  });
}

/** What fails of a tree is told with the others; what has gone away meanwhile is not there to be copied. */
async function attempt(
  { local, tally, signal }: Transfer,
  path: LocalPath,
  isPartOfTree: boolean,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isPartOfTree || signal?.aborted === true) throw error;
    if (!local.isMissing(error)) tally.failed(local.shown(path), error);
  }
}
