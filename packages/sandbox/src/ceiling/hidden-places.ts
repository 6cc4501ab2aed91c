import type { FileFacts } from '../files/file-facts.js';
import { lookUnlessKeptOut } from '../files/look-unless-kept-out.js';
import { ownDoor } from '../files/own-door.js';
import { withHolders } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { idleTriggers, strayKernelMounts, tracingMounts } from '../mounts/kinds-of-mounts.js';
import type { Mount } from '../mounts/mount-table.js';
import type { PathRule } from '../policy/path-rule.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import type { Ceiling } from './ceiling.js';

/** What no sandbox of an executor shows: what is its own, and what of the kernel, or of automounters, it has mounted somewhere. */
export class HiddenPlaces {
  readonly #ownPaths: readonly string[];
  readonly #kernel: readonly Mount[];
  readonly #triggers: readonly Mount[];

  /** @param mounts Of this machine. @param uid Of this user. */
  constructor(ownPaths: readonly string[], mounts: readonly Mount[], uid: number) {
    this.#ownPaths = ownPaths;
    // Of what root's own reader waits for there, a command that may only read could take it away.
    this.#kernel = [...strayKernelMounts(mounts), ...(uid === 0 ? tracingMounts(mounts) : [])];
    this.#triggers = idleTriggers(mounts);
  }

  /**
   * A ceiling that hides them. An automounter below whose directory something is allowed by its name, or needed, is left as it is.
   * @param asked What an intent allows. @param needed What is looked at anyway, such as the working directory.
   */
  below(ceiling: Ceiling, asked: readonly PathRule[], needed: readonly string[], files: FileFacts): Ceiling {
    const rules = [...asked, ...(ceiling.maximum?.rules ?? [])];
    const mounts = [...this.#kernel, ...this.#unnamedTriggers(rules, needed, files)];
    const paths = new Set(mounts.flatMap(({ path }) => coverFor(path, files) ?? []));
    const hidden = [
      ...this.#ownPaths.map((path) => ({ path, origin: DEFAULTS.ownRecords })),
      ...[...paths].map((path) => ({ path, origin: DEFAULTS.kernelTrees })),
    ];
    return { ...ceiling, hidden: [...ceiling.hidden, ...hidden] };
  }

  #unnamedTriggers(
    rules: readonly PathRule[],
    needed: readonly string[],
    files: FileFacts,
  ): readonly Mount[] {
    if (this.#triggers.length === 0) return [];
    const allowed = rules.filter(({ access }) => access !== 'deny').map(({ path }) => path);
    const canonical = needed.map((path) => {
      const resolved = resolvePath(path, files);
      return resolved.kind === 'deadEnd' ? path : resolved.path;
    });
    const named = withHolders([...allowed, ...canonical]);
    return this.#triggers.filter(({ path }) => !named.has(path));
  }
}

/** What to cover so that a path is hidden: itself, or what this user has shut above it; nothing where no command of theirs gets to. */
function coverFor(path: string, files: FileFacts): string | undefined {
  const seen = lookUnlessKeptOut(path, files);
  if (seen === 'keptOut') return ownDoor(path, files)?.path;
  return seen === 'missing' ? undefined : path;
}
