import {
  ExecError,
  FILES_IN_TRANSFER,
  MAX_FILE_BLOCK_BYTES,
  MAX_WALK_ENTRIES,
} from '@holdfast/exec-protocol';
import { executorUri } from '../executor-path.js';
import type { FileStat } from '../fs/file-system.js';
import { forEachAtOnce } from './at-once.js';
import type { LocalPath } from './local-files.js';
import { Tally } from './tally.js';
import type { TransferOptions, TransferResult } from './transfer.js';
import {
  changedMeanwhile,
  expectSame,
  nameOf,
  persistently,
  type Transfer,
  type TransferPort,
  waiting,
} from './transfer-port.js';

interface FileToFetch {
  readonly uri: string;
  readonly path: LocalPath;
}

/** Copies a file or a directory of the executor to this machine. */
export async function download(
  port: TransferPort,
  from: string,
  to: string,
  { signal, onProgress }: TransferOptions,
): Promise<TransferResult> {
  const transfer: Transfer = { ...port, tally: new Tally(onProgress), signal };
  const uri = executorUri(from, port.executor, 'from');
  const path = port.local.resolve(to);
  const root = await port.remote.stat(uri, waiting(transfer));
  if (root.isDirectory()) {
    const files = await survey(transfer, uri, path);
    transfer.tally.begin({ totalBytes: undefined, totalFiles: files.length });
    await forEachAtOnce(files, FILES_IN_TRANSFER, (file) => fetchOfTree(transfer, file));
  } else {
    transfer.tally.begin({ totalBytes: root.size, totalFiles: 1 });
    await fetchFile(transfer, { uri, path });
  }
  return transfer.tally.result();
}

/** Makes all directories, and tells the files. Each directory is asked for by itself, since one answer is limited. */
async function survey(transfer: Transfer, root: string, to: LocalPath): Promise<FileToFetch[]> {
  const { remote, local, tally } = transfer;
  const files: FileToFetch[] = [];
  const waitingDirectories: FileToFetch[] = [{ uri: root, path: to }];
  for (let next = waitingDirectories.pop(); next !== undefined; next = waitingDirectories.pop()) {
    await local.makeDirectory(next.path);
    tally.directories += 1;
    const { entries, errors, truncated } = await remote.walk(next.uri, { maxDepth: 0, ...waiting(transfer) });
    for (const { path, message } of errors) tally.failed(path, new ExecError('fileSystemFailed', message));
    if (truncated) tally.failed(next.uri, tooMany());
    for (const entry of entries) {
      const found = placed(transfer, entry.uri, next.path);
      if (found === undefined) continue;
      if (entry.isDirectory()) waitingDirectories.push(found);
      else files.push(found);
    }
  }
  return files;
}

/** Where an entry goes. The executor chooses its name, and not what else it leads to here. */
function placed({ local, executor, tally }: Transfer, uri: string, to: LocalPath): FileToFetch | undefined {
  try {
    return { uri, path: local.join(to, nameOf(uri, executor)) };
  } catch (error) {
    tally.failed(uri, error);
    return undefined;
  }
}

function tooMany(): ExecError {
  return new ExecError(
    'fileSystemFailed',
    `it has more than ${String(MAX_WALK_ENTRIES)} entries, and the wire lists no more; pack it on the executor first`,
  );
}

async function fetchOfTree(transfer: Transfer, file: FileToFetch): Promise<void> {
  const { tally, signal } = transfer;
  signal?.throwIfAborted();
  try {
    await fetchFile(transfer, file);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    // What went away meanwhile is not there to be copied.
    const isGone = error instanceof ExecError && error.kind === 'fileNotFound';
    if (!isGone) tally.failed(file.uri, error);
  }
}

/** Written under a name of its own, compared with what came, and only then given the name of what it replaces. */
async function fetchFile(transfer: Transfer, file: FileToFetch): Promise<void> {
  const { remote, local, tally } = transfer;
  await persistently(transfer, async (moved) => {
    const { size, mtimeMs } = await remote.stat(file.uri, waiting(transfer));
    const arrived = local.sha256();
    const replacement = await local.replace(file.path);
    try {
      for await (const block of contentOf(transfer, file.uri, { size, mtimeMs })) {
        arrived.update(block);
        await replacement.write(block);
        moved(block.length);
      }
      expectSame(arrived.hex(), await replacement.digest(), local.shown(file.path));
      await replacement.commit();
    } finally {
      await replacement.discard();
    }
  });
  tally.fileDone();
}

/** @throws ExecError `fileSystemFailed` at the end when somebody wrote to the file meanwhile. */
async function* contentOf(
  transfer: Transfer,
  uri: string,
  before: Pick<FileStat, 'size' | 'mtimeMs'>,
): AsyncGenerator<Uint8Array> {
  const { remote, signal } = transfer;
  if (before.size <= MAX_FILE_BLOCK_BYTES) {
    yield await transfer.readSmall(uri, signal);
    return;
  }
  yield* remote.createReadStream(uri, waiting(transfer));
  const after = await remote.stat(uri, waiting(transfer));
  if (before.size !== after.size || before.mtimeMs !== after.mtimeMs) throw changedMeanwhile();
}
