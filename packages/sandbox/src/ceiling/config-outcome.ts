import type { ResolvedPath } from '../files/resolve-path.js';
import { ConfigBudget, type ConfigShare, NOTHING } from './config-budget.js';
import type { ConfigLook } from './config-look.js';
import type { ProtectedPath } from './protect-git.js';

/** Something that a config names and that is not protected. */
export interface ConfigGap {
  /** It matters only if this may be written. */
  readonly path: string;
  readonly text: string;
}

/** What comes of the configs of one repository, as far as its share goes. */
export class ConfigOutcome {
  readonly gaps: ConfigGap[] = [];
  readonly budget: ConfigBudget;
  readonly #directory: string;
  readonly #look: ConfigLook;
  readonly #paths = new Map<string, ProtectedPath>();
  readonly #told = new Set<string>();

  /** @param directory Of the repository. */
  constructor(directory: string, look: ConfigLook, share: ConfigShare) {
    this.#directory = directory;
    this.#look = look;
    this.budget = new ConfigBudget(share, (what) => {
      this.gaps.push({ path: directory, text: `the git config of ${directory} ${what}; let it name fewer` });
    });
  }

  get paths(): readonly ProtectedPath[] {
    return [...this.#paths.values()];
  }

  /** What is spent on it alone, and not on the way to it. */
  get spent(): ConfigShare {
    return { ...NOTHING, gaps: this.#told.size, mounts: this.#paths.size };
  }

  protect(target: ProtectedPath): void {
    if (this.#paths.has(target.path)) return;
    const pins = this.#look.pinsFor(target.path);
    if (!this.budget.take('mounts', 1 + pins.length)) return;
    for (const pin of pins) this.#look.pinned.add(pin);
    this.#paths.set(target.path, target);
  }

  tellLinks({ path, links }: Pick<ResolvedPath, 'path' | 'links'>): void {
    for (const link of links) this.tellLink(link.path, path);
  }

  tellLink(link: string, target: string, source?: 'hooks'): void {
    this.tell(link, `is a link on the way to ${target}, and could be replaced`, source);
  }

  tell(path: string, what: string, source: 'config' | 'hooks' = 'config'): void {
    const text = `the git ${source} of ${this.#directory}: ${path} ${what}`;
    if (this.#told.has(text) || !this.budget.take('gaps', 1)) return;
    this.#told.add(text);
    this.gaps.push({ path, text });
  }
}
