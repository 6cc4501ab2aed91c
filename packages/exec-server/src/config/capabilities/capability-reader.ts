import {
  ExecError,
  MAX_CAPABILITY_FILE_BYTES,
  MAX_CAPABILITY_ROOT_BYTES,
  MAX_CAPABILITY_WARNINGS,
} from '@holdfast/exec-protocol';
import { readFile } from '../../fs/file-content.js';
import { type NativePath, toPathUri } from '../../fs/native-path.js';

/** A text file of a plugin or a skill. */
export interface CapabilityFile {
  readonly path: NativePath;
  readonly contents: string;
}

/** What may still be read, in bytes; it can be shared. */
export interface ByteBudget {
  left: number;
}

/** Reads what is below one directory, up to a limit, and keeps what to say of files that it had to leave out. */
export class CapabilityReader {
  readonly #warnings: string[] = [];
  readonly #total: ByteBudget;
  #left = MAX_CAPABILITY_ROOT_BYTES;

  /** @param total What all readers of one request may read together. */
  constructor(total: ByteBudget = { left: Number.POSITIVE_INFINITY }) {
    this.#total = total;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  warn(text: string): void {
    if (this.#warnings.length < MAX_CAPABILITY_WARNINGS) this.#warnings.push(text);
  }

  /** The text of a regular file; undefined where there is none, and with a warning where it cannot be had. */
  async read(path: NativePath): Promise<CapabilityFile | undefined> {
    try {
      const bytes = await readFile(
        path,
        { followSymlinks: true, refusesKernelFiles: true },
        MAX_CAPABILITY_FILE_BYTES,
      );
      if (bytes.length > Math.min(this.#left, this.#total.left)) {
        this.warn(`${toPathUri(path)} is left out: the files found with it are too large together`);
        return undefined;
      }
      const contents = UTF8.decode(bytes);
      this.#left -= bytes.length;
      this.#total.left -= bytes.length;
      return { path, contents };
    } catch (error) {
      if (!(error instanceof ExecError && ABSENT.has(error.kind))) {
        this.warn(`${toPathUri(path)} is left out: ${reasonOf(error)}`);
      }
      return undefined;
    }
  }
}

// A mark at the beginning is part of the text, as for every other reader of these files.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const ABSENT: ReadonlySet<string> = new Set(['fileNotFound', 'notAFile', 'notADirectory']);

function reasonOf(error: unknown): string {
  if (error instanceof ExecError) return error.message;
  if (error instanceof TypeError) return 'it is not UTF-8';
  throw error;
}
