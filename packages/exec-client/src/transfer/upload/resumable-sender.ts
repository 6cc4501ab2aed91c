import { ExecError, MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import { BlockWriter } from '../../fs/block-writer.js';
import type { OpenFile } from '../../fs/file-requests.js';
import type { Digest, LocalPath } from '../local-files.js';
import { partialUri } from '../partial-file.js';
import type { RemoteTree } from '../remote-tree.js';
import { tidy } from '../tidy.js';
import { changedMeanwhile, expectSame, mayGoOn, type Transfer } from '../transfer-port.js';
import type { FileToSend } from './destination.js';
import { expectReplaceable, undefinedOn } from './replaceable.js';

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

  constructor(transfer: Transfer, tree: RemoteTree) {
    this.#transfer = transfer;
    this.#tree = tree;
  }

  async send(file: FileToSend, moved: (bytes: number) => void): Promise<void> {
    const { local, kept } = this.#transfer;
    kept.delete(file.uri);
    await expectReplaceable(this.#tree, file.uri);
    const partial = partialUri(file.uri, local.identity(file.path), local);
    if (await this.#goOn(partial, file, moved)) return;
    await this.#tree.remove(partial);
    // What is begun anew is empty, which every file begins with: it can only have been somebody else's meanwhile.
    if (!(await this.#goOn(partial, file, moved))) throw changedMeanwhile();
  }

  /** @returns false where what is there is not the beginning of the file. */
  async #goOn(partial: string, file: FileToSend, moved: (bytes: number) => void): Promise<boolean> {
    let arrived = await this.#lengthOf(partial);
    let resumed = 0;
    let open: OpenFile | undefined;
    try {
      open = await this.#tree.openToGoOn(partial);
      const begun = await this.#takenUp(open, file);
      if (begun === undefined) return false;
      resumed = begun.position;
      arrived = begun.position;
      this.#transfer.tally.resumedBytes += resumed;
      moved(resumed);
      await this.#fill(begun, file, (bytes) => {
        arrived += bytes;
        moved(bytes);
      });
      return true;
    } catch (error) {
      this.#transfer.tally.resumedBytes -= resumed;
      if (mayGoOn(error, this.#transfer) && arrived > 0) this.#transfer.kept.set(file.uri, partial);
      else if (open !== undefined && !isTaken(error)) await tidy(this.#transfer, this.#tree.remove(partial));
      throw error;
    } finally {
      if (open !== undefined) await tidy(this.#transfer, open.close());
    }
  }

  /** How much an earlier one has left, 0 for nothing. */
  async #lengthOf(partial: string): Promise<number> {
    return (await this.#tree.describe(partial).catch(undefinedOn('fileNotFound')))?.size ?? 0;
  }

  /** How much of the file is there already: what was written is the beginning of what is here, or counts for nothing. */
  async #takenUp(open: OpenFile, { path, entry }: FileToSend): Promise<Begun | undefined> {
    const there = await open.digest(entry.size, this.#transfer.signal);
    const digest = await this.#digestOf(path, there.length);
    const isBeginning = there.size <= entry.size && digest.hex() === there.sha256;
    return isBeginning ? { open, position: there.length, digest } : undefined;
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
}

/** Whoever goes on with it also decides what becomes of it. */
function isTaken(error: unknown): boolean {
  return error instanceof ExecError && error.kind === 'fileTaken';
}
