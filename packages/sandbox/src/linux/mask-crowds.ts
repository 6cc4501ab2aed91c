import type { DirectoryEntry, FileFacts } from '../files/file-facts.js';
import { childOf, depthOf, holdersOf, isWithin, parentOf } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { MAX_SINGLE_DENIALS } from '../limits.js';
import { byPathName, indexRules, type RuleIndex } from '../policy/access.js';
import type { PathRule, PolicyNote } from '../policy/path-rule.js';

/** What to mount for a path. */
export interface MountRule extends PathRule {
  /** It stands for a directory that may be read: it can be listed, and shows what rules for paths in it show. Default false. */
  readonly isMask?: true;
}

/** Rules to mount, which allow nothing that those from which they were made do not. */
export interface MaskedRules {
  readonly rules: readonly MountRule[];
  readonly notes: readonly PolicyNote[];
}

/**
 * bubblewrap reads the whole mount table for each thing that is denied by itself. Of more than `MAX_SINGLE_DENIALS` those
 * that crowd a directory which may only be read are left out: an empty directory covers it, on which everything else in it
 * is shown again. What cannot be covered so, such as in a directory that may be written, stays as it is.
 * @param rules One for each path, none that says what the next one above says.
 * @param cwd The command must find it.
 */
export function maskCrowds(rules: readonly PathRule[], cwd: string, files: FileFacts): MaskedRules {
  const crowds = new Crowds(rules, cwd, files);
  if (crowds.excess <= 0) return { rules, notes: [] };
  crowds.maskFull();
  crowds.maskCrowded();
  return { rules: crowds.rules, notes: crowds.notes };
}

/** A directory in which something is denied, and what else is in it. */
interface Crowd {
  readonly directory: string;
  readonly denied: readonly PathRule[];
  readonly others: readonly DirectoryEntry[];
}

/** What is denied in one directory. */
interface Denied {
  /** Of the directory. */
  readonly depth: number;
  readonly rules: PathRule[];
}

class Crowds {
  readonly #index: RuleIndex;
  readonly #files: FileFacts;
  readonly #cwd: string;
  readonly #rules: Map<string, MountRule>;
  /** What is denied and has nothing that could be seen below it, by its directory. */
  readonly #denied = new Map<string, Denied>();
  readonly #masks: MountRule[] = [];
  readonly #crowded: Crowd[] = [];
  #singles = 0;

  constructor(rules: readonly PathRule[], cwd: string, files: FileFacts) {
    this.#index = indexRules(rules);
    this.#files = files;
    this.#cwd = cwd;
    this.#rules = new Map(rules.map((rule) => [rule.path, rule]));
    const holders = holdersOf(rules.map(({ path }) => path));
    for (const rule of rules)
      if (rule.access === 'deny' && rule.isUnseen !== true && !holders.has(rule.path)) this.#add(rule);
  }

  /** How many more are denied by themselves than shall be. */
  get excess(): number {
    return this.#singles - MAX_SINGLE_DENIALS;
  }

  get rules(): readonly MountRule[] {
    return [...this.#rules.values()].sort(byPathName);
  }

  get notes(): readonly PolicyNote[] {
    const [first] = this.#masks;
    if (first === undefined) return [];
    const holders =
      this.#masks.length === 1
        ? `${first.path} holds`
        : `${this.#masks.length} directories, such as ${first.path}, hold`;
    const text = `${holders} much that is denied: it is hidden there, and so is what is made there later; deny whole directories instead`;
    return [{ origin: first.origin, text }];
  }

  /** Directories of which nothing else could be seen, from the deepest up: one that is masked is denied in the next one above. */
  maskFull(): void {
    for (let depth = this.#deepest(); depth > 0 && this.excess > 0; depth -= 1) {
      for (const [directory, denied] of this.#deniedAt(depth)) {
        if (this.excess <= 0) return;
        const crowd = this.#crowdIn(directory, denied);
        if (crowd?.others.length === 0) this.#addAbove(this.#mask(crowd));
        else if (crowd !== undefined) this.#crowded.push(crowd);
      }
    }
  }

  /** Directories in which less is to be seen than is denied; first those where that saves most. */
  maskCrowded(): void {
    const bySaving = this.#crowded.sort((one, other) => savingOf(other) - savingOf(one));
    for (const crowd of bySaving) {
      if (this.excess <= 0 || savingOf(crowd) <= 0) return;
      this.#mask(crowd);
      crowd.others.forEach(({ name }) => this.#show(childOf(crowd.directory, name), crowd.directory));
      this.#singles += crowd.others.length + 1;
    }
  }

  #add(rule: PathRule): void {
    const directory = parentOf(rule.path);
    const known = this.#denied.get(directory) ?? { depth: depthOf(directory), rules: [] };
    this.#denied.set(directory, known);
    known.rules.push(rule);
    this.#singles += 1;
  }

  /** A mask counts like anything that is denied; where the command starts, it must be found. */
  #addAbove(mask: MountRule): void {
    if (isWithin(this.#cwd, mask.path)) this.#singles += 1;
    else this.#add(mask);
  }

  #deepest(): number {
    return Math.max(0, ...[...this.#denied.values()].map(({ depth }) => depth));
  }

  /** By directory; first those in which most is denied. */
  #deniedAt(depth: number): readonly (readonly [string, readonly PathRule[]])[] {
    const there = [...this.#denied].filter(([, denied]) => denied.depth === depth);
    return there
      .map(([directory, { rules }]) => [directory, rules] as const)
      .sort(([, one], [, other]) => other.length - one.length);
  }

  /** Undefined where no mask can be: the directory has a rule of its own, may be written, or has too much else or a link in it. */
  #crowdIn(directory: string, denied: readonly PathRule[]): Crowd | undefined {
    if (this.#index.at(directory) !== undefined || this.#index.accessAt(directory) !== 'read')
      return undefined;
    const paths = new Set(denied.map(({ path }) => path));
    const entries = this.#files.list(directory, 2 * denied.length);
    const others = entries?.filter(({ name }) => !paths.has(childOf(directory, name)));
    if (others === undefined || others.some(({ kind }) => kind === 'link')) return undefined;
    return { directory, denied, others };
  }

  #mask({ directory, denied }: Crowd): MountRule {
    const [first] = denied;
    if (first === undefined) throw new Error(`nothing is denied in ${directory}`);
    for (const { path } of denied) this.#rules.delete(path);
    this.#singles -= denied.length;
    const mask: MountRule = {
      ...first,
      path: directory,
      kind: 'directory',
      identity: undefined,
      isMask: true,
    };
    this.#rules.set(directory, mask);
    this.#masks.push(mask);
    return mask;
  }

  /** What has gone since, or has become a link, stays hidden. */
  #show(path: string, directory: string): void {
    if (this.#rules.has(path)) return;
    const found = resolvePath(path, this.#files);
    const above = this.#index.governing(directory);
    if (above === undefined || found.kind === 'deadEnd' || found.kind === 'missing' || found.path !== path)
      return;
    const { kind, identity, isShared } = found;
    this.#rules.set(path, { path, access: 'read', kind, identity, origin: above.origin, isShared });
  }
}

/** How many mounts fewer there are with a mask. */
function savingOf({ denied, others }: Crowd): number {
  return denied.length - others.length - 1;
}
