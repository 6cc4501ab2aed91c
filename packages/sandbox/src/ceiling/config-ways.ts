import type { FileFacts } from '../files/file-facts.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { depthOf, MAX_PATH_BYTES, NOT_UTF_8 } from '../files/paths.js';
import { type CrossedLink, type Resolution, resolvePath } from '../files/resolve-path.js';
import { MAX_LINKED_NAMES } from '../limits.js';
import type { ConfigOutcome } from './config-outcome.js';

/** Follows what the configs of one repository name, as far as its share goes. */
export class ConfigWays {
  readonly #outcome: ConfigOutcome;
  readonly #files: FileFacts;

  constructor(outcome: ConfigOutcome, files: FileFacts) {
    this.#outcome = outcome;
    this.#files = files;
  }

  /** The canonical path; undefined for what is the kernel's, and for what was not looked at. */
  place(path: string): string | undefined {
    const found = this.resolve(path);
    if (found === undefined) return undefined;
    if (found.kind === 'deadEnd') return path;
    this.#outcome.tellLinks(found);
    return kernelTreeOf(found.path) === undefined ? found.path : undefined;
  }

  /** Undefined where there is not enough left for it. */
  resolve(path: string): Resolution | undefined {
    const { budget } = this.#outcome;
    if (!budget.take('looks', looksFor(path)) || path.length >= MAX_PATH_BYTES) return undefined;
    if (path.includes(NOT_UTF_8)) {
      this.#outcome.tell(
        path,
        'is no path in UTF-8, so nobody knows what it stands for; give it another name',
      );
      return undefined;
    }
    const found = resolvePath(path, this.#files);
    const crossed = found.kind === 'deadEnd' ? MAX_LINKED_NAMES : namesOn(found.links);
    budget.take('looks', Math.floor(crossed / NAMES_OF_ONE_LOOK));
    if (found.kind === 'deadEnd' && found.isShut === true) this.#keepShut(found.at);
    return found;
  }

  /** A command of this user could open it, and change what git finds there: all of it stays as it is. */
  #keepShut(directory: string): void {
    if (kernelTreeOf(directory) !== undefined || this.#files.mayCreateIn(directory) === 'never') return;
    this.#outcome.tell(
      directory,
      'cannot be looked into, so all of it stays as it is; let this user enter it (chmod u+x)',
    );
    this.#outcome.protect({ path: directory });
  }
}

/** Longer paths count for several looks. */
const NAMES_OF_ONE_LOOK = 16;

/** How many looks a path takes. */
export function looksFor(path: string): number {
  return path.length >= MAX_PATH_BYTES ? 1 : Math.ceil(depthOf(path) / NAMES_OF_ONE_LOOK);
}

function namesOn(links: readonly CrossedLink[]): number {
  return links.reduce((names, { target }) => names + depthOf(target), 0);
}
