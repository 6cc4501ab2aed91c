import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { placeholderFolder, secureOwnFolder, spillFolder } from '@holdfast/sandbox';

/** Where a server may put what is its own. */
export interface OwnPathsOptions {
  /** For what is small, and where sandboxes are recorded; default that of `placeholderFolder`. */
  readonly records?: string;
  /** For what is small where that cannot be had. */
  readonly temporary: string;
  /** For output on a disk; default that of `spillFolder`. */
  readonly spillDirectory: string | undefined;
  /** A file with what clients must show; undefined where there is none. */
  readonly tokenFile: string | undefined;
}

/**
 * What a server has in the file system, and no sandbox may see: named pipes that are not handed out yet, output on a disk, its
 * socket, the token of its clients. Its directories stay when it ends, for sandboxes of others may have them hidden.
 */
export class OwnPaths {
  readonly #records: string;
  readonly #temporary: string;
  readonly #spill: string;
  readonly #spillParent: string;
  readonly #files: string[];
  /** Why something may be where a sandbox would show it. */
  #problem: ExecError | undefined;

  constructor({ records, temporary, spillDirectory = '/var/tmp', tokenFile }: OwnPathsOptions) {
    const spillParent = canonical(spillDirectory);
    const uid = process.getuid?.() ?? 0;
    this.#records = records ?? placeholderFolder(uid);
    this.#temporary = temporary;
    this.#spill = spillFolder(uid, spillParent);
    this.#spillParent = spillParent;
    this.#files = tokenFile === undefined ? [] : placesOf(tokenFile);
  }

  /**
   * Has the socket hidden to which clients connect, wherever links have led it.
   * @param socket Its path, which the system has just taken.
   * @throws Error of the system when it is not there any more.
   */
  addSocket(socket: string): void {
    // The path may hold `..` behind a link.
    const directory = realpathSync.native(path.dirname(socket));
    this.#files.push(path.join(directory, path.basename(socket)));
  }

  /**
   * A directory for named pipes, made again if it was cleaned away. Where it cannot be had, as after a log-out that has removed
   * the user's directory, the server goes on with another one, and runs no sandbox any more.
   */
  get pipes(): string {
    return this.#placeFor(this.#records, this.#temporary);
  }

  /** The same for output. */
  get spill(): string {
    return this.#placeFor(this.#spill, this.#spillParent);
  }

  /**
   * All that is there.
   * @throws ExecError `sandboxUnsupported` when what is to be hidden could be seen somewhere else.
   */
  secured(): readonly string[] {
    if (this.#problem !== undefined) throw this.#problem;
    const folders = [...new Set([this.#records, this.#spill])].filter(isSecured);
    return [...folders, ...this.#files.filter((file) => existsSync(file))];
  }

  #placeFor(folder: string, instead: string): string {
    try {
      // Where nobody can make it, nothing will be beside it either.
      return isSecured(folder) ? folder : instead;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#problem = new ExecError('sandboxUnsupported', `${why}, and start the server again`);
      return instead;
    }
  }
}

/** Where a file is, now that it has been read: nowhere if it was a pipe, or has no name. */
function placesOf(file: string): string[] {
  const facts = statSync(file);
  return facts.isFile() && facts.nlink > 0 ? [canonical(file)] : [];
}

/** As the kernel follows a path: the other function of Node takes `..` out by name. One that leads nowhere stays as it is. */
function canonical(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return path.resolve(file);
  }
}

/** @throws ExecError `sandboxUnsupported` */
function isSecured(folder: string): boolean {
  try {
    return secureOwnFolder(folder);
  } catch (error) {
    if (error instanceof ExecError) throw error;
    throw new ExecError(
      'sandboxUnsupported',
      `sandbox: ${folder} cannot be made (${String(error)}); make it`,
      {
        cause: error,
      },
    );
  }
}
