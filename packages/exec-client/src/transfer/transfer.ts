import type { WaitOptions } from '../process/handle.js';

/** How far a transfer has come. */
export interface TransferProgress {
  /** Content that has been moved. */
  readonly bytes: number;
  /** How much of it an earlier transfer had brought. */
  readonly resumedBytes: number;
  /** All there is to move; undefined where the other side tells no sizes. */
  readonly totalBytes: number | undefined;
  /** Files that are there, whole. */
  readonly files: number;
  readonly totalFiles: number;
}

/** How files are copied between this machine and the executor. */
export interface TransferOptions extends WaitOptions {
  /** Told after each block and each file. What it throws ends the transfer. */
  readonly onProgress?: (progress: TransferProgress) => void;
  /**
   * Told of each half of a file that is left under a name of its own: the same transfer goes on from there, and one that is
   * left for a week is removed by the next transfer of a large file into its directory.
   */
  readonly onKept?: (path: string) => void;
}

/** Something that was not copied. */
export interface TransferFault {
  /** Where it was to come from, as a person reads it. */
  readonly path: string;
  readonly reason: string;
}

/** What a transfer has brought. */
export interface TransferResult {
  readonly files: number;
  readonly directories: number;
  /** Symbolic links that are there as such. */
  readonly links: number;
  /** Content of the files. */
  readonly bytes: number;
  /** How many of these bytes an earlier transfer had brought. */
  readonly resumedBytes: number;
  /**
   * What a tree holds and is not copied: what is no file, directory or link, links where the server does not know them, and the
   * permissions of directories that are there and another user's.
   */
  readonly skipped: readonly TransferFault[];
}

/** Some of what was to be copied was not; the rest was. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
  readonly result: TransferResult;
  readonly failed: readonly TransferFault[];

  constructor(result: TransferResult, failed: readonly TransferFault[]) {
    const [first] = failed;
    const others = failed.length > 1 ? ` (and ${String(failed.length - 1)} more)` : '';
    super(`not copied: ${first === undefined ? '' : `${first.path}: ${first.reason}`}${others}`);
    this.result = result;
    this.failed = failed;
  }
}
