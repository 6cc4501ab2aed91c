import { isWithinAny, namesOf, parentOf } from '../files/paths.js';
import { MAX_CEILING_MOUNTS, MAX_ENTRY_DEPTH } from '../limits.js';
import type { WholeDirectory } from '../policy/path-rule.js';
import { WeighedPaths } from './weighed-paths.js';

/** Directories that are denied as a whole, each with what has come upon it. */
export class WholeDirectories<Source> {
  readonly #byPath = new Map<string, WholeDirectory & { readonly source: Source }>();
  readonly #paths = new Set<string>();

  get size(): number {
    return this.#paths.size;
  }

  get all(): Iterable<WholeDirectory & { readonly source: Source }> {
    return this.#byPath.values();
  }

  /** Whether a path is one of them, or lies in one. */
  hold(path: string): boolean {
    return this.size > 0 && isWithinAny(path, this.#paths);
  }

  add(directory: string, why: string, source: Source): void {
    if (this.hold(directory)) return;
    this.#byPath.set(directory, { directory, why, source });
    this.#paths.add(directory);
  }

  /** Forgets those that lie in others. */
  prune(): void {
    const inner = [...this.#paths].filter((path) => path !== '/' && isWithinAny(parentOf(path), this.#paths));
    for (const path of inner) {
      this.#byPath.delete(path);
      this.#paths.delete(path);
    }
  }
}

/**
 * Which directories to deny as a whole, so that `MAX_CEILING_MOUNTS` are enough for these paths and for keeping the directories above
 * them where they are. First come those in which most of it is, as far down as they lie.
 * @param mayBe Whether a directory may be denied so. @param rest Is waited for between two steps.
 */
export async function crowdedDirectories(
  paths: Iterable<string>,
  mayBe: (directory: string) => boolean,
  rest: () => Promise<void>,
): Promise<readonly string[]> {
  const weighed = new WeighedPaths();
  for (const path of paths) {
    weighed.add(parentOf(shortened(path)), mountsFor(path), mountsFor);
    await rest();
  }
  const crowded: string[] = [];
  for (;;) {
    const tooMuch = weighed.total - MAX_CEILING_MOUNTS;
    const found = tooMuch > 0 ? weighed.heaviest(Math.max(2, tooMuch / STEPS), mayBe) : undefined;
    if (found === undefined) return crowded;
    crowded.push(found.path);
    weighed.replace(found.path, mountsFor(found.path));
    await rest();
  }
}

/** About so many directories are denied as a whole before there are few enough. */
const STEPS = 256;

/** A long path counts for several, since the bytes of all of them are limited as well. */
function mountsFor(path: string): number {
  return 1 + Math.floor(Buffer.byteLength(path) / BYTES_OF_ONE_MOUNT);
}

const BYTES_OF_ONE_MOUNT = 128;

/** What lies further down is denied with the directory there. */
function shortened(path: string): string {
  return `/${namesOf(path).slice(0, MAX_ENTRY_DEPTH).join('/')}`;
}
