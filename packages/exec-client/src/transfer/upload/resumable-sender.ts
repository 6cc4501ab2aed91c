import { ExecError, MAX_FILE_BLOCK_BYTES, PARTIAL_FILE_TTL_MS } from '@holdfast/exec-protocol';
import { BlockWriter } from '../../fs/block-writer.js';
import type { OpenFile } from '../../fs/file-requests.js';
import type { Digest, LocalPath } from '../local-files.js';
import { directoryOf, isPartial, partialUri } from '../partial-file.js';
import type { RemoteTree } from '../remote-tree.js';
import { tidy } from '../tidy.js';
import { changedMeanwhile, expectSame, mayGoOn, type Transfer } from '../transfer-port.js';
import type { FileToSend } from './destination.js';

/** A file that is begun, and how much of it is there already. */
interface Begun {
  readonly open: OpenFile;
  readonly position: number;
  /** Of what is there. */
  readonly digest: Digest;
}

/**
 * Sends files that are written beside their destination, compared, and only then given their name. What is broken off is gone
 * on with, by whoever sends the same file to the same place, where its beginning has the digest of the source's.
 */
export class ResumableSender {
  readonly #transfer: Transfer;
  readonly #tree: RemoteTree;
  readonly #swept = new Set<string>();

  constructor(transfer: Transfer, tree: RemoteTree) {
    this.#transfer = transfer;
    this.#tree = tree;
  }

  async send(file: FileToSend, moved: (bytes: number) => void): Promise<void> {
    const { local, kept } = this.#transfer;
    kept.delete(file.uri);
    const partial = partialUri(file.uri, local.identity(file.path), local);
    const begun = await this.#begin(partial, file);
    let arrived = begun.position;
    try {
      await this.#sweep(partial);
      this.#transfer.tally.resumedBytes += begun.position;
      moved(begun.position);
      await this.#fill(begun, file, (bytes) => {
        arrived += bytes;
        moved(bytes);
      });
    } catch (error) {
      this.#transfer.tally.resumedBytes -= begun.position;
      if (mayGoOn(error, this.#transfer) && arrived > 0) kept.set(file.uri, partial);
      else if (!isTaken(error)) await tidy(this.#transfer, this.#tree.remove(partial));
      throw error;
    } finally {
      await tidy(this.#transfer, begun.open.close());
    }
  }

  async #begin(partial: string, { path, entry }: FileToSend): Promise<Begun> {
    const { local, signal } = this.#transfer;
    const open = await this.#tree.openToGoOn(partial);
    const there = await open.digest(entry.size, signal);
    const digest = await this.#digestOf(path, there.length);
    if (there.size <= entry.size && digest.hex() === there.sha256) {
      return { open, position: there.length, digest };
    }
    await open.close(signal);
    await this.#tree.remove(partial);
    return { open: await this.#tree.openToGoOn(partial), position: 0, digest: local.sha256() };
  }

  /** The digest of the beginning of a file of this machine. */
  async #digestOf(path: LocalPath, length: number): Promise<Digest> {
    const { local, signal } = this.#transfer;
    const digest = local.sha256();
    let left = length;
    if (left === 0) return digest;
    for await (const block of local.read(path, MAX_FILE_BLOCK_BYTES)) {
      signal?.throwIfAborted();
      digest.update(block.subarray(0, left));
      left -= Math.min(left, block.length);
      if (left === 0) break;
    }
    return digest;
  }

  async #fill(
    { open, position, digest }: Begun,
    { path, uri, entry }: FileToSend,
    moved: (bytes: number) => void,
  ): Promise<void> {
    const { local, signal } = this.#transfer;
    const writer = new BlockWriter(open, signal, position);
    for await (const block of local.read(path, MAX_FILE_BLOCK_BYTES, position)) {
      digest.update(block);
      await writer.write(block);
      moved(block.length);
    }
    await writer.finish();
    if ((await local.describe(path))?.version !== entry.version) throw changedMeanwhile();
    expectSame(digest.hex(), (await open.digest(entry.size, signal)).sha256, uri);
    await open.rename(uri, entry.permissions, signal);
  }

  /** Removes what others have left beside a file long ago, once for each directory. */
  async #sweep(partial: string): Promise<void> {
    const directory = directoryOf(partial);
    if (this.#swept.has(directory)) return;
    this.#swept.add(directory);
    const entries = await this.#listed(directory);
    const own = entries.find(({ path }) => path === partial);
    if (own === undefined) return;
    for (const { path, kind, modifiedAtMs } of entries) {
      const isOld = own.modifiedAtMs - modifiedAtMs > PARTIAL_FILE_TTL_MS;
      if (isOld && kind !== 'directory' && isPartial(path)) await this.#tree.remove(path);
    }
  }

  /** A directory that takes files and shows none has nothing to tidy up. */
  async #listed(directory: string): Promise<Awaited<ReturnType<RemoteTree['list']>>['entries']> {
    try {
      return (await this.#tree.list(directory)).entries;
    } catch (error) {
      if (error instanceof ExecError && error.kind === 'fileAccessDenied') return [];
      throw error;
    }
  }
}

/** Whoever goes on with it also decides what becomes of it. */
function isTaken(error: unknown): boolean {
  return error instanceof ExecError && error.kind === 'fileTaken';
}
