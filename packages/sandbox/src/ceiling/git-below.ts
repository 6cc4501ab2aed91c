import type { LookPool } from '../files/look-pool.js';
import type { RuleIndex } from '../policy/access.js';
import type { OpenWay } from '../policy/open-way.js';
import type { ScannedTree } from '../repositories/scan-tree.js';
import { type GitPlaces, gitPlacesIn, type Unfollowed } from './git-places.js';
import { type DeepRestriction, withoutDeep, withoutDeepDirectories } from './shallow.js';

/** What git has below all that may be written. */
export class GitBelow {
  /** By directory of a repository, where its files are checked out. */
  readonly worktrees = new Map<string, ReadonlySet<string>>();
  /** Links that lead to such directories. */
  readonly links: string[] = [];
  /** Other links on the way there, each with the `.git` from which it was met. */
  readonly crossed = new Map<string, string>();
  /** By path. */
  readonly openWays = new Map<string, OpenWay>();
  readonly unfollowed: Unfollowed[] = [];
  /** What stays as it is, since what it holds lies too deep. */
  readonly tooDeep: DeepRestriction[] = [];
  readonly #index: RuleIndex;
  readonly #looks: LookPool;

  /** @param index What may be done without any protection. */
  constructor(index: RuleIndex, looks: LookPool) {
    this.#index = index;
    this.#looks = looks;
  }

  /** @returns what stays as it is as a whole: `.git` files, what cannot be looked into, and what holds something too deep. */
  add(root: string, scanned: ScannedTree): readonly string[] {
    const { tree, deep } = withoutDeep(scanned, root);
    const git = gitPlacesIn(tree, this.#looks);
    this.tooDeep.push(...deep);
    this.links.push(...git.links);
    this.unfollowed.push(...git.unfollowed);
    return [...tree.shut, ...deep.map(({ directory }) => directory), ...this.#take(git)];
  }

  /** The same of what may be written itself of the repositories that hold a root. */
  addAround(around: GitPlaces): readonly string[] {
    return this.#take({
      ...around,
      directories: around.directories.filter((path) => this.#isWritable(path)),
    });
  }

  #take(git: Omit<GitPlaces, 'links' | 'unfollowed'>): readonly string[] {
    const named = withoutDeepDirectories(git.directories, this.#index);
    this.tooDeep.push(...named.deep.filter(({ directory }) => this.#isWritable(directory)));
    for (const directory of named.shallow) {
      const seen = [...(this.worktrees.get(directory) ?? []), ...(git.worktrees.get(directory) ?? [])];
      this.worktrees.set(directory, new Set(seen));
    }
    for (const [link, from] of git.crossed) this.crossed.set(link, from);
    for (const way of git.openWays.values()) this.openWays.set(way.path, way);
    return [...named.deep.map(({ directory }) => directory), ...git.pointers];
  }

  #isWritable(path: string): boolean {
    return this.#index.accessAt(path) === 'write';
  }
}
