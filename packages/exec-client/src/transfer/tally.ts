import { ExecError } from '@holdfast/exec-protocol';
import type { TransferFault, TransferOptions, TransferResult } from './transfer.js';
import { TransferError } from './transfer.js';

/** What there is to move. */
interface Totals {
  readonly totalBytes: number | undefined;
  readonly totalFiles: number;
}

/** Counts what a transfer does and tells of it. */
export class Tally {
  readonly #tell: TransferOptions['onProgress'];
  readonly #skipped: TransferFault[] = [];
  readonly #failed: TransferFault[] = [];
  #totals: Totals = { totalBytes: undefined, totalFiles: 0 };
  #bytes = 0;
  #files = 0;
  directories = 0;
  links = 0;
  /** Bytes that an earlier transfer had brought. */
  resumedBytes = 0;

  constructor(tell: TransferOptions['onProgress']) {
    this.#tell = tell;
  }

  begin(totals: Totals): void {
    this.#totals = totals;
    this.#report();
  }

  /** A file is by so much larger than it was when it was found. */
  resized(bytes: number): void {
    const { totalBytes, ...rest } = this.#totals;
    this.#totals = { totalBytes: totalBytes === undefined ? undefined : totalBytes + bytes, ...rest };
  }

  /** @param bytes Negative where a file is begun again. */
  moved(bytes: number): void {
    this.#bytes += bytes;
    this.#report();
  }

  fileDone(): void {
    this.#files += 1;
    this.#report();
  }

  skipped(path: string, reason: string): void {
    this.#skipped.push({ path, reason });
  }

  /** @throws what is not about this one path: a session that has ended, or a bug. */
  failed(path: string, error: unknown): void {
    if (!isOfOnePath(error)) throw error;
    this.#failed.push({ path, reason: error.message });
  }

  /** @throws TransferError when something was not copied. */
  result(): TransferResult {
    const result = {
      files: this.#files,
      directories: this.directories,
      links: this.links,
      bytes: this.#bytes,
      resumedBytes: this.resumedBytes,
      skipped: this.#skipped,
    };
    if (this.#failed.length > 0) throw new TransferError(result, this.#failed);
    return result;
  }

  #report(): void {
    const { resumedBytes } = this;
    this.#tell?.({ bytes: this.#bytes, resumedBytes, files: this.#files, ...this.#totals });
  }
}

function isOfOnePath(error: unknown): error is Error {
  if (error instanceof ExecError) return FILE_KINDS.has(error.kind);
  // Of the system of this machine.
  return error instanceof Error && 'errno' in error;
}

const FILE_KINDS: ReadonlySet<string> = new Set([
  'fileNotFound',
  'fileAccessDenied',
  'fileExists',
  'notAFile',
  'notADirectory',
  'symlinkRefused',
  'fileSystemFailed',
  'fileTaken',
  'invalidFileRequest',
  'invalidPath',
  'outcomeUnknown',
]);
