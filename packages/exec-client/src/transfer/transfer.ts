import type { WaitOptions } from '../process/handle.js';

/** How far a transfer has come. */
export interface TransferProgress {
  /** Content that has been moved. */
  readonly bytes: number;
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
  /** Content of the files. */
  readonly bytes: number;
  /** What a tree holds and the wire cannot carry: symbolic links, and what is neither file nor directory. */
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
