import { ExecError, FILES_IN_TRANSFER, MAX_LISTING_BYTES, MAX_WALK_ENTRIES } from '@holdfast/exec-protocol';
import { executorUri } from '../../executor-path.js';
import { forEachAtOnce } from '../at-once.js';
import type { LocalPath } from '../local-files.js';
import type { TransferOptions, TransferResult } from '../transfer.js';
import { nameOf, persistently, runTransfer, type Transfer, type TransferPort } from '../transfer-port.js';
import { plainSource } from './plain-source.js';
import type { Source, SourceEntry, SourceFile } from './source.js';
import { treeSource } from './tree-source.js';

/** An entry of the executor, and where it goes. */
interface Placed extends SourceEntry {
  readonly path: LocalPath;
}

/** What there is to fetch. */
interface Contents {
  readonly files: SourceFile[];
  readonly links: { readonly uri: string; readonly path: LocalPath; readonly target: Uint8Array }[];
  /** Directories with other permissions than they need while they are filled, each after the one in which it lies. */
  readonly directories: { readonly path: LocalPath; readonly permissions: number }[];
}

/** Copies a file or a directory of the executor to this machine. */
export async function download(
  port: TransferPort,
  from: string,
  to: string,
  options: TransferOptions,
): Promise<TransferResult> {
  return await runTransfer(port, options, (transfer) => downloadAll(transfer, from, to));
}

async function downloadAll(transfer: Transfer, from: string, to: string): Promise<void> {
  const { local, tally, tree, executor } = transfer;
  const source = tree === undefined ? plainSource(transfer) : treeSource(transfer, tree);
  const path = local.resolve(to);
  const root = await source.locate(executorUri(from, executor, 'from'));
  if (root.kind === 'directory') {
    await downloadTree(transfer, source, { ...root, path });
  } else {
    tally.begin({ totalBytes: root.size, totalFiles: 1 });
    await fetchFile(transfer, source, { ...root, path });
  }
}

async function downloadTree(transfer: Transfer, source: Source, root: Placed): Promise<void> {
  const { local, tally } = transfer;
  const { files, links, directories } = await survey(transfer, source, root);
  const sizes = files.map(({ size }) => size);
  const totalBytes = sizes.reduce(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
  tally.begin({ totalBytes, totalFiles: files.length });
  await forEachAtOnce(files, FILES_IN_TRANSFER, (file) =>
    attempt(transfer, file.uri, () => fetchFile(transfer, source, file)),
  );
  // Last, so that nothing is ever written through one of them.
  for (const { uri, path, target } of links) {
    await attempt(transfer, uri, async () => {
      await local.makeLink(path, target);
      tally.links += 1;
    });
  }
  for (const { path, permissions } of directories.reverse()) await local.setPermissions(path, permissions);
}

/** Makes all directories, and tells what goes into them. Each is asked for by itself, since one answer is limited. */
async function survey(transfer: Transfer, source: Source, root: Placed): Promise<Contents> {
  const contents: Contents = { files: [], links: [], directories: [] };
  const found = [...(await surveyed(transfer, source, root, true, contents))];
  for (let next = found.pop(); next !== undefined; next = found.pop()) {
    const directory = next;
    await attempt(transfer, directory.uri, async () => {
      found.push(...(await surveyed(transfer, source, directory, false, contents)));
    });
  }
  return contents;
}

/** @returns the directories that are to be looked through. */
async function surveyed(
  transfer: Transfer,
  source: Source,
  directory: Placed,
  isRoot: boolean,
  contents: Contents,
): Promise<readonly Placed[]> {
  const { tally } = transfer;
  // Listed before it is made here, which may be inside of it: what this copy brings is no part of what it copies.
  const { entries, errors, truncated } = await source.list(directory.uri);
  await makeDirectory(transfer, directory, isRoot, contents);
  tally.directories += 1;
  for (const { path, message } of errors) tally.failed(path, new ExecError('fileSystemFailed', message));
  if (truncated) tally.failed(directory.uri, tooMany());
  const directories: Placed[] = [];
  for (const entry of entries) {
    const found = placed(transfer, entry, directory.path);
    if (found?.kind === 'directory') directories.push(found);
    else if (found?.kind === 'file') contents.files.push(found);
    else if (found?.target !== undefined) contents.links.push({ ...found, target: found.target });
    else if (found !== undefined) tally.skipped(found.uri, 'is no regular file');
  }
  return directories;
}

/** What was named is filled as it is where it is there; below it no link is gone through. */
async function makeDirectory(
  { local }: Transfer,
  { path, permissions }: Placed,
  isRoot: boolean,
  { directories }: Contents,
): Promise<void> {
  const isOurs = isRoot ? await local.makeDirectory(path) : true;
  if (!isRoot) await local.makeDirectoryIn(path);
  if (permissions === undefined || !isOurs) return;
  await local.setPermissions(path, permissions | OWNER);
  if ((permissions & OWNER) !== OWNER) directories.push({ path, permissions });
}

const OWNER = 0o700;

/** Where an entry goes. The executor chooses its name, and not what else it leads to here. */
function placed({ local, executor, tally }: Transfer, entry: SourceEntry, to: LocalPath): Placed | undefined {
  try {
    return { ...entry, path: local.join(to, nameOf(entry.uri, executor)) };
  } catch (error) {
    tally.failed(entry.uri, error);
    return undefined;
  }
}

function tooMany(): ExecError {
  return new ExecError(
    'fileSystemFailed',
    `it has more than ${String(MAX_WALK_ENTRIES)} entries, or paths of more than ${String(MAX_LISTING_BYTES)} bytes, and the wire lists no more; pack it on the executor first`,
  );
}

async function fetchFile(transfer: Transfer, source: Source, file: SourceFile): Promise<void> {
  await persistently(transfer, (moved) => source.fetch(file, moved));
  transfer.tally.fileDone();
}

/** What fails of a tree is told with the others; what has gone away meanwhile is not there to be copied. */
async function attempt({ tally, signal }: Transfer, uri: string, work: () => Promise<void>): Promise<void> {
  signal?.throwIfAborted();
  try {
    await work();
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const isGone = error instanceof ExecError && error.kind === 'fileNotFound';
    if (!isGone) tally.failed(uri, error);
  }
}
