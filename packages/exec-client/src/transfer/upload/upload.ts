import { ExecError, FILES_IN_TRANSFER } from '@holdfast/exec-protocol';
import { executorUri } from '../../executor-path.js';
import { forEachAtOnce } from '../at-once.js';
import type { LocalEntry, LocalName, LocalPath } from '../local-files.js';
import type { TransferOptions, TransferResult } from '../transfer.js';
import { entryUri, persistently, runTransfer, type Transfer, type TransferPort } from '../transfer-port.js';
import type { Destination, FileToSend, Place } from './destination.js';
import { plainDestination } from './plain-destination.js';
import { treeDestination } from './tree-destination.js';

/** What there is to send, beside the directories, which are made as they are found. */
interface Contents {
  readonly files: FileToSend[];
  readonly links: Place[];
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
    ? await survey(transfer, destination, path, () => destination.makeRoot({ path, uri }, entry.permissions))
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
      await destination.putLink(link);
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

/**
 * Makes all directories, and tells what goes into them. Each is listed before it is made there, which may be inside of it: what
 * a copy brings is no part of what it copies.
 */
async function survey(
  transfer: Transfer,
  destination: Destination,
  path: LocalPath,
  makeRoot: () => Promise<string>,
): Promise<Contents> {
  const { local, tally, signal } = transfer;
  const contents: Contents = { files: [], links: [] };
  const listed: (readonly LocalName[])[] = [];
  await attempt(transfer, path, true, async () => void listed.push(await local.list(path)));
  const [names] = listed;
  if (names === undefined) return contents;
  const found = await lookThrough(transfer, destination, { path, uri: await makeRoot() }, names, contents);
  for (let next = found.pop(); next !== undefined; next = found.pop()) {
    const directory = next;
    await attempt(transfer, directory.path, true, async () => {
      signal?.throwIfAborted();
      const inside = await local.list(directory.path);
      const entry = await local.describe(directory.path);
      const permissions = entry?.permissions ?? NEW_DIRECTORY_PERMISSIONS;
      const hasThem = await destination.makeDirectory(directory, permissions);
      if (!hasThem) tally.skipped(local.shown(directory.path), NOT_OURS);
      found.push(...(await lookThrough(transfer, destination, directory, inside, contents)));
    });
  }
  return contents;
}

/** @returns the directories in it. */
async function lookThrough(
  transfer: Transfer,
  destination: Destination,
  directory: Place,
  names: readonly LocalName[],
  contents: Contents,
): Promise<Place[]> {
  transfer.tally.directories += 1;
  const directories: Place[] = [];
  for (const name of names) {
    const child = await surveyed(transfer, destination, directory, name, contents);
    if (child !== undefined) directories.push(child);
  }
  return directories;
}

const NEW_DIRECTORY_PERMISSIONS = 0o755;

/** @returns a directory that is to be looked through. */
async function surveyed(
  { local, executor, tally }: Transfer,
  { takesLinks }: Destination,
  directory: Place,
  { name, kind }: LocalName,
  { files, links }: Contents,
): Promise<Place | undefined> {
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

const NOT_OURS = 'its permissions; the directory there belongs to another user';
const NO_LINKS = 'is a symbolic link, which the server does not know';

async function send(
  transfer: Transfer,
  destination: Destination,
  file: FileToSend,
  isPartOfTree: boolean,
): Promise<void> {
  transfer.signal?.throwIfAborted();
  await attempt(transfer, file.path, isPartOfTree, async () => {
    let now = file;
    await persistently(transfer, async (moved) => {
      now = await asItIsNow(transfer, now);
      await destination.putFile(now, moved);
    });
    transfer.tally.fileDone();
  });
}

/** A file as it is when its turn comes, which may be long after it was found. */
async function asItIsNow({ local, tally }: Transfer, file: FileToSend): Promise<FileToSend> {
  const entry = await local.describe(file.path);
  // Reading it says why it cannot be read.
  if (entry === undefined) return file;
  if (entry.kind !== 'file') throw new ExecError('notAFile', 'it is no regular file any more; copy it again');
  tally.resized(entry.size - file.entry.size);
  return { ...file, entry };
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
