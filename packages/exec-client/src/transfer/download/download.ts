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

/** A directory of this machine that was made or found, and is filled. */
interface Made {
  readonly path: LocalPath;
  /** Tells it from all others. */
  readonly id: string;
}

/** What there is to fetch. */
interface Contents {
  readonly files: (SourceFile & { readonly inside: Made })[];
  readonly links: (Placed & { readonly target: Uint8Array; readonly inside: Made })[];
  /** Directories with other permissions than they need while they are filled, each after the one in which it lies. */
  readonly directories: { readonly uri: string; readonly path: LocalPath; readonly permissions: number }[];
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
    attempt(transfer, file.uri, async () => {
      await expectSameDirectory(local, file.inside);
      await fetchFile(transfer, source, file);
    }),
  );
  // Last, so that nothing is ever written through one of them.
  for (const { uri, path, target, inside } of links) {
    await attempt(transfer, uri, async () => {
      await expectSameDirectory(local, inside);
      await local.makeLink(path, target);
      tally.links += 1;
    });
  }
  for (const { uri, path, permissions } of directories.reverse()) {
    await attempt(transfer, uri, () =>
      local.setPermissions(path, permissions).catch((error: unknown) => {
        if (!local.isMissing(error)) throw error;
      }),
    );
  }
}

/** Makes all directories, and tells what goes into them. Each is asked for by itself, since one answer is limited. */
async function survey(transfer: Transfer, source: Source, root: Placed): Promise<Contents> {
  const contents: Contents = { files: [], links: [], directories: [] };
  const found = [...(await surveyed(transfer, source, root, undefined, contents))];
  for (let next = found.pop(); next !== undefined; next = found.pop()) {
    const { inside, ...directory } = next;
    await attempt(transfer, directory.uri, async () => {
      found.push(...(await surveyed(transfer, source, directory, inside, contents)));
    });
  }
  return contents;
}

/**
 * @param above The directory in which it lies; undefined for the root.
 * @returns the directories that are to be looked through.
 */
async function surveyed(
  transfer: Transfer,
  source: Source,
  directory: Placed,
  above: Made | undefined,
  contents: Contents,
): Promise<readonly (Placed & { readonly inside: Made })[]> {
  const { tally } = transfer;
  // Listed before it is made here, which may be inside of it: what this copy brings is no part of what it copies.
  const { entries, errors, truncated } = await source.list(directory.uri);
  const inside = await makeDirectory(transfer, directory, above, contents);
  tally.directories += 1;
  for (const { path, message } of errors) tally.failed(path, new ExecError('fileSystemFailed', message));
  if (truncated) tally.failed(directory.uri, tooMany());
  const directories: (Placed & { readonly inside: Made })[] = [];
  for (const entry of entries) {
    const found = placed(transfer, entry, inside.path);
    if (found?.kind === 'directory') directories.push({ ...found, inside });
    else if (found?.kind === 'file') contents.files.push({ ...found, inside });
    else if (found?.target !== undefined) contents.links.push({ ...found, target: found.target, inside });
    else if (found !== undefined) tally.skipped(found.uri, 'is no regular file');
  }
  return directories;
}

/** What was named is filled as it is where it is there; below it no link is gone through. */
async function makeDirectory(
  { local, tally }: Transfer,
  { uri, path: named, permissions }: Placed,
  above: Made | undefined,
  { directories }: Contents,
): Promise<Made> {
  const isOurs = above === undefined ? await local.makeDirectory(named) : true;
  const path = above === undefined ? await local.real(named) : named;
  if (above !== undefined) {
    await expectSameDirectory(local, above);
    await local.makeDirectoryIn(path);
  }
  const made = { path, id: (await local.directoryId(path)) ?? GONE };
  if (permissions === undefined || !isOurs) return made;
  try {
    await local.setPermissions(path, permissions | OWNER);
    if ((permissions & OWNER) !== OWNER) directories.push({ uri, path, permissions });
  } catch (error) {
    if (!local.isDenied(error)) throw error;
    tally.skipped(uri, 'its permissions; the directory here belongs to another user');
  }
  return made;
}

/** @throws ExecError `notADirectory` where a path leads to something else by now, be it through a link or not. */
async function expectSameDirectory(local: Transfer['local'], { path, id }: Made): Promise<void> {
  if ((await local.directoryId(path)) === id) return;
  throw new ExecError(
    'notADirectory',
    `${local.shown(path)} is not the directory any more that was there when this copy began; copy it again`,
  );
}

/** Of a directory that went away as soon as it was made. */
const GONE = '';
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
