import type { FileFacts } from './file-facts.js';
import { depthOf } from './paths.js';
import { Unseen } from './unseen.js';

/**
 * Looks for many paths that somebody else may have had lead anywhere. Each has enough for itself unless it leads far around;
 * what it needs beyond that comes from what there is for all, so that none takes from another what that needs itself.
 */
export class LookPool {
  readonly files: FileFacts;
  readonly #atMost: number;
  #left: number;

  /** @param atMost For all together; one at a long path counts for several. */
  constructor(files: FileFacts, atMost: number) {
    this.files = files;
    this.#atMost = atMost;
    this.#left = atMost;
  }

  /** The files for a path that was found where it is, and may be a link. */
  filesFor(path: string): FileFacts {
    return this.#filesWith(depthOf(path) + OWN_LOOKS);
  }

  /** The files for a path of which only its writer knows where it leads. */
  filesForNamed(): FileFacts {
    return this.#filesWith(OWN_LOOKS);
  }

  #filesWith(own: number): FileFacts {
    let left = own;
    return {
      ...this.files,
      look: (path) => {
        const price = 1 + Math.floor(path.length / LENGTH_OF_ONE_LOOK);
        const isOwn = price <= left;
        if (isOwn) left -= price;
        else this.#left -= price;
        if (!isOwn && this.#left < 0)
          throw new Unseen(
            `more than ${this.#atMost} names would have to be looked at for all that lead far`,
          );
        return this.files.look(path);
      },
    };
  }
}

/** What a path takes that leads to a directory nearby. */
const OWN_LOOKS = 16;

/** The kernel takes longer for longer paths. */
const LENGTH_OF_ONE_LOOK = 256;
