import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { SYSTEM_PATH } from '@holdfast/sandbox/internal';
import { errorCode, SpawnError } from '../spawn-error.js';
import { shortage } from '../spawn-failure.js';
import { isPrivateDirectory, makePrivateDirectory, removeStaleDirectories } from './private-directory.js';

/** Both ends of a pipe, as descriptors of this process; whoever takes one closes both. */
export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/** `output`: the server reads; `input`: the server writes. The server's end never blocks, the child's end does. */
export type PipeKind = 'output' | 'input';

/** Pipes made ahead of need, because Node has no call that makes one. */
export interface PipePool {
  /** How many pipes are ready now. */
  readonly size: number;
  /** A pipe at once, or undefined when none is ready; throws `noDescriptors` when the process has too many files open. */
  take(kind: PipeKind): Pipe | undefined;
  /** Settles when there is something to take; rejects with `noPipes` when pipes cannot be made here. */
  ready(): Promise<void>;
  /** Removes the directory; pipes already taken live on. */
  close(): Promise<void>;
}

/** How a pool is set up; the default numbers let 150 processes with three pipes each start at once. */
export interface PipePoolOptions {
  /**
   * Where the pool makes its private directory, or what says so each time that it makes one; memory (tmpfs) is faster, but a
   * disk will do.
   */
  readonly directory: string | (() => string);
  /** How many pipes one run of mkfifo makes. */
  readonly batch?: number;
  /** With fewer than this the next batch is made. */
  readonly lowWater?: number;
  /** Where mkfifo is looked for; default where systems keep their programs. */
  readonly searchPath?: string;
}

/**
 * Opens a pool, begins to fill it, and removes what servers that crashed left in the directory, in the background.
 *
 * A child must not get Node's `stdio: 'pipe'`: that is a socket, which cannot be opened again through /dev/stdout
 * and which bash takes for a remote login. A named pipe that has lost its name is what pipe(2) would have made.
 */
export function createPipePool(options: PipePoolOptions): PipePool {
  return new FifoPool(options);
}

const DIRECTORY_PREFIX = 'holdfast-pipes-';
const DEFAULT_BATCH = 256;
const DEFAULT_LOW_WATER = 512;
const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

class FifoPool implements PipePool {
  readonly #parent: () => string;
  readonly #batch: number;
  readonly #lowWater: number;
  readonly #searchPath: string;
  readonly #paths: string[] = [];
  readonly #cleaned: Promise<void>;
  #directory: string | undefined;
  #refilling: Promise<void> | undefined;
  #made = 0;
  #isClosed = false;

  constructor(options: PipePoolOptions) {
    const { directory } = options;
    this.#parent = typeof directory === 'string' ? () => directory : directory;
    this.#batch = options.batch ?? DEFAULT_BATCH;
    this.#lowWater = options.lowWater ?? DEFAULT_LOW_WATER;
    this.#searchPath = options.searchPath ?? SYSTEM_PATH;
    this.#refillIfLow();
    this.#cleaned = removeStaleDirectories(this.#parent(), DIRECTORY_PREFIX);
  }

  get size(): number {
    return this.#paths.length;
  }

  take(kind: PipeKind): Pipe | undefined {
    for (;;) {
      const file = this.#paths.pop();
      this.#refillIfLow();
      if (file === undefined) return undefined;
      try {
        return kind === 'output' ? openOutput(file) : openInput(file);
      } catch (error) {
        // A cleaner of temporary files may take names away: the next one, or the next batch, will do.
        if (errorCode(error) !== 'ENOENT') throw this.#openFailure(file, error);
      }
    }
  }

  async ready(): Promise<void> {
    while (this.#paths.length === 0) {
      if (this.#isClosed) throw new SpawnError('noPipes', 'the pipe pool is closed; start the server again');
      await this.#refill();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#paths.length = 0;
    await this.#refilling?.catch(() => undefined);
    await this.#cleaned;
    this.#paths.length = 0;
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
  }

  #openFailure(file: string, error: unknown): SpawnError {
    this.#paths.push(file);
    return (
      shortage(error) ??
      new SpawnError('noPipes', `the pipe ${file} cannot be opened; check its directory`, error)
    );
  }

  #refillIfLow(): void {
    if (this.#isClosed || this.#paths.length >= this.#lowWater) return;
    // Whoever waits for a pipe meets the failure in ready().
    this.#refill().catch(() => undefined);
  }

  #refill(): Promise<void> {
    this.#refilling ??= this.#makeBatch()
      .finally(() => {
        this.#refilling = undefined;
      })
      .then(() => {
        this.#refillIfLow();
      });
    return this.#refilling;
  }

  async #makeBatch(): Promise<void> {
    const directory = await this.#ensureDirectory();
    const names = Array.from({ length: this.#batch }, () => `p${++this.#made}`);
    await makeFifos(directory, names, this.#searchPath);
    if (!this.#isClosed) this.#paths.push(...names.map((name) => path.join(directory, name)));
  }

  async #ensureDirectory(): Promise<string> {
    const current = this.#directory;
    if (current !== undefined && (await isPrivateDirectory(current))) return current;
    const parent = this.#parent();
    try {
      this.#directory = await makePrivateDirectory(parent, DIRECTORY_PREFIX);
      return this.#directory;
    } catch (error) {
      const message = `pipes need a directory inside ${parent}, which cannot be made; name one that is writable`;
      throw new SpawnError('noPipes', message, error);
    }
  }
}

/** One process makes the whole batch, off the path of any spawn. */
function makeFifos(directory: string, names: readonly string[], searchPath: string): Promise<void> {
  const env = { PATH: searchPath };
  return new Promise((resolve, reject) => {
    execFile('mkfifo', ['-m', '600', ...names], { cwd: directory, env }, (error, _stdout, stderr) => {
      const short = shortage(error);
      if (error === null) {
        resolve();
      } else if (short !== undefined) {
        reject(short);
      } else if (errorCode(error) === 'ENOENT') {
        const message = 'the program mkfifo was not found; install it (coreutils) in /usr/bin or /bin';
        reject(new SpawnError('noPipes', message, error));
      } else {
        const message = `mkfifo failed in ${directory}: ${stderr.trim()}; the directory must have room and allow named pipes`;
        reject(new SpawnError('noPipes', message, error));
      }
    });
  });
}

function openOutput(file: string): Pipe {
  return openNameless(file, (open) => {
    // The reader first: a writer would block, or fail, without one.
    const readFd = open(O_RDONLY | O_NONBLOCK);
    return { readFd, writeFd: open(O_WRONLY) };
  });
}

function openInput(file: string): Pipe {
  return openNameless(file, (open) => {
    // The child's end is opened in blocking mode, which waits for a writer; ours waits for a reader: this is the first.
    const firstReader = open(O_RDONLY | O_NONBLOCK);
    const writeFd = open(O_WRONLY | O_NONBLOCK);
    const readFd = open(O_RDONLY);
    closeSync(firstReader);
    return { readFd, writeFd };
  });
}

function openNameless(file: string, body: (open: (flags: number) => number) => Pipe): Pipe {
  const opened: number[] = [];
  try {
    const pipe = body((flags) => {
      const fd = openSync(file, flags);
      opened.push(fd);
      return fd;
    });
    unlinkSync(file);
    return pipe;
  } catch (error) {
    opened.forEach((fd) => {
      closeSync(fd);
    });
    throw error;
  }
}
