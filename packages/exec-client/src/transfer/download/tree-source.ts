import { ExecError, MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import { BlockReader } from '../../fs/block-reader.js';
import type { OpenFile } from '../../fs/file-requests.js';
import type { Digest, PartialFile } from '../local-files.js';
import { keyOf } from '../partial-file.js';
import type { RemoteTree } from '../remote-tree.js';
import { changedMeanwhile, expectSame, mayGoOn, type Transfer } from '../transfer-port.js';
import type { Source, SourceEntry, SourceFile } from './source.js';

/**
 * An executor with the extension `files`: links are links, permissions are kept, and what was broken off is gone on with. Below
 * the root no link is followed there.
 */
export function treeSource(transfer: Transfer, tree: RemoteTree): Source {
  return {
    async locate(named): Promise<SourceEntry> {
      const uri = await tree.canonical(named);
      const found = await tree.describe(uri);
      if (found.kind !== 'other') return { uri, target: undefined, ...found };
      throw new ExecError('notAFile', `${named} is neither a file nor a directory`);
    },
    async list(uri) {
      const { entries, truncated } = await tree.list(uri);
      return {
        entries: entries.map(({ path, targetBase64, ...told }) => ({
          uri: path,
          target: targetBase64,
          ...told,
        })),
        errors: [],
        truncated,
      };
    },
    fetch: (file, moved) =>
      (file.size ?? 0) <= MAX_FILE_BLOCK_BYTES
        ? fetchAtOnce(transfer, tree, file, moved)
        : new ResumableFetch(transfer, tree, file).run(moved),
  };
}

async function fetchAtOnce(
  { local }: Transfer,
  tree: RemoteTree,
  { uri, path, permissions }: SourceFile,
  moved: (bytes: number) => void,
): Promise<void> {
  const content = await tree.read(uri);
  const arrived = local.sha256();
  arrived.update(content);
  const replacement = await local.replace(path, permissions);
  try {
    await replacement.write(content);
    moved(content.length);
    expectSame(arrived.hex(), await replacement.digest(), local.shown(path));
    await replacement.commit();
  } finally {
    await replacement.discard();
  }
}

/** What tells whether somebody has written to a file. */
interface Stamp {
  readonly size: number;
  readonly modifiedAtMs: number;
}

/** Fetches a file that is written beside its place, compared, and only then given its name. */
class ResumableFetch {
  readonly #transfer: Transfer;
  readonly #tree: RemoteTree;
  readonly #file: SourceFile;

  constructor(transfer: Transfer, tree: RemoteTree, file: SourceFile) {
    this.#transfer = transfer;
    this.#tree = tree;
    this.#file = file;
  }

  async run(moved: (bytes: number) => void): Promise<void> {
    const { local, kept } = this.#transfer;
    kept.delete(this.#file.uri);
    const { uri, path } = this.#file;
    const open = await this.#tree.openToRead(uri);
    try {
      // Its turn may have come long after it was found.
      const now = await this.#tree.describe(uri);
      const partial = await local.goOn(path, keyOf(uri, local.shown(path), local), now.permissions);
      let arrived = partial.length;
      try {
        await this.#fill(open, partial, now, (bytes) => {
          arrived += bytes;
          moved(bytes);
        });
      } catch (error) {
        if (mayGoOn(error, this.#transfer) && arrived > 0) {
          await partial.keep();
          kept.set(uri, partial.shown);
        }
        throw error;
      } finally {
        await partial.discard();
      }
    } finally {
      // A link that is gone keeps nobody waiting: the server closes it with the session.
      void open.close().catch(() => undefined);
    }
  }

  async #fill(
    open: OpenFile,
    partial: PartialFile,
    now: Stamp,
    moved: (bytes: number) => void,
  ): Promise<void> {
    const { local, signal, tally } = this.#transfer;
    const { uri, path, size = now.size } = this.#file;
    const { position, digest } = await this.#takenUp(open, partial);
    tally.resumedBytes += position;
    tally.resized(now.size - size);
    try {
      moved(position);
      const reader = new BlockReader(open, signal, MAX_FILE_BLOCK_BYTES, position);
      for (let block = await reader.next(); block !== undefined; block = await reader.next()) {
        digest.update(block);
        await partial.write(block);
        moved(block.length);
      }
      const after = await this.#tree.describe(uri);
      if (after.size !== now.size || after.modifiedAtMs !== now.modifiedAtMs) throw changedMeanwhile();
      expectSame(digest.hex(), await partial.digest(), local.shown(path));
      await partial.commit();
    } catch (error) {
      tally.resumedBytes -= position;
      tally.resized(size - now.size);
      throw error;
    }
  }

  /** How much of the file is here already: what was written is the beginning of what is there, or counts for nothing. */
  async #takenUp(
    open: OpenFile,
    partial: PartialFile,
  ): Promise<{ readonly position: number; readonly digest: Digest }> {
    const { local, signal } = this.#transfer;
    const digest = local.sha256();
    if (partial.length === 0) return { position: 0, digest };
    for await (const block of partial.read()) {
      signal?.throwIfAborted();
      digest.update(block);
    }
    const there = await open.digest(partial.length, signal);
    if (there.length === partial.length && there.sha256 === digest.hex()) {
      return { position: partial.length, digest };
    }
    await partial.restart();
    return { position: 0, digest: local.sha256() };
  }
}
