import { MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import type { FileStat } from '../../fs/file-system.js';
import { changedMeanwhile, expectSame, type Transfer, waiting } from '../transfer-port.js';
import type { Source, SourceEntry, SourceFile } from './source.js';

/** An executor that has the base wire and nothing else: it lists no links, tells no permissions, and all is fetched anew. */
export function plainSource(transfer: Transfer): Source {
  const { remote } = transfer;
  const unknown = { modifiedAtMs: 0, permissions: undefined, target: undefined };
  return {
    async locate(uri): Promise<SourceEntry> {
      const root = await remote.stat(uri, waiting(transfer));
      return { uri, kind: root.isDirectory() ? 'directory' : 'file', size: root.size, ...unknown };
    },
    async list(uri) {
      const { entries, ...rest } = await remote.walk(uri, { maxDepth: 0, ...waiting(transfer) });
      const kindOf = (isDirectory: boolean): SourceEntry['kind'] => (isDirectory ? 'directory' : 'file');
      return {
        entries: entries.map((entry) => ({
          uri: entry.uri,
          kind: kindOf(entry.isDirectory()),
          size: undefined,
          ...unknown,
        })),
        ...rest,
      };
    },
    fetch: (file, moved) => fetchFile(transfer, file, moved),
  };
}

/** Written under a name of its own, compared with what came, and only then given the name of what it replaces. */
async function fetchFile(
  transfer: Transfer,
  { uri, path }: SourceFile,
  moved: (bytes: number) => void,
): Promise<void> {
  const { remote, local } = transfer;
  const { size, mtimeMs } = await remote.stat(uri, waiting(transfer));
  const arrived = local.sha256();
  const replacement = await local.replace(path);
  try {
    for await (const block of contentOf(transfer, uri, { size, mtimeMs })) {
      arrived.update(block);
      await replacement.write(block);
      moved(block.length);
    }
    expectSame(arrived.hex(), await replacement.digest(), local.shown(path));
    await replacement.commit();
  } finally {
    await replacement.discard();
  }
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
