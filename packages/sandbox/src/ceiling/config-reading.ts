import type { FileFacts } from '../files/file-facts.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { childOf, isWithin, parentOf, withHolders } from '../files/paths.js';
import type { Resolution } from '../files/resolve-path.js';
import { MAX_GIT_CONFIGS, MAX_HOOKS, MAX_LINKED_WORKTREES, MAX_SMALL_FILE_BYTES } from '../limits.js';
import type { MissingProgram } from '../policy/missing-program.js';
import type { PlaceholderText } from '../policy/path-rule.js';
import type { ConfigBudget, ConfigShare } from './config-budget.js';
import type { ConfigLook } from './config-look.js';
import { type ConfigGap, ConfigOutcome } from './config-outcome.js';
import { isRelative } from './config-paths.js';
import { ConfigPrograms } from './config-programs.js';
import { ConfigWays, looksFor } from './config-ways.js';
import type { ConfiguredRepository } from './configured-repository.js';
import type { NamedInConfig } from './named-in-config.js';
import type { ProtectedPath } from './protect-git.js';

/** What of a config may be places. */
type ListOfPaths = 'hooks' | 'programs' | 'operands' | 'scripts' | 'others';

/** What git would run or read because a config names it, or a link among hooks. */
export interface ReadTargets {
  readonly paths: readonly ProtectedPath[];
  readonly gaps: readonly ConfigGap[];
  /** What git would run, and is no program now. */
  readonly missing: readonly MissingProgram[];
}

/** What one repository names, as far as its share goes. */
export class ConfigReading implements ReadTargets {
  readonly repository: ConfiguredRepository;
  readonly #outcome: ConfigOutcome;
  readonly #ways: ConfigWays;
  readonly #look: ConfigLook;
  readonly #files: FileFacts;
  /** Directories that hold what must stay writable. */
  readonly #holders: ReadonlySet<string>;
  /** By canonical path. */
  readonly #configs = new Map<string, NamedInConfig | undefined>();
  /** Directories of hooks. */
  readonly #listed = new Set<string>();
  /** Files in them. */
  readonly #hooks: string[] = [];
  readonly #programs: ConfigPrograms;

  constructor(repository: ConfiguredRepository, look: ConfigLook, share: ConfigShare) {
    const { directory, worktrees } = repository;
    this.repository = repository;
    this.#look = look;
    this.#files = look.files;
    this.#holders = withHolders([directory, ...worktrees, ...look.kept]);
    this.#outcome = new ConfigOutcome(directory, look, share);
    this.#ways = new ConfigWays(this.#outcome, look.files);
    this.#programs = new ConfigPrograms(repository, look, this.#outcome, this.#ways);
  }

  get budget(): ConfigBudget {
    return this.#outcome.budget;
  }

  get gaps(): readonly ConfigGap[] {
    return this.#outcome.gaps;
  }

  get paths(): readonly ProtectedPath[] {
    return this.#outcome.paths;
  }

  get missing(): readonly MissingProgram[] {
    return this.#programs.missing;
  }

  /** What is spent on the outcome alone, and not on the way to it. */
  get spentOnOutcome(): ConfigShare {
    return this.#outcome.spent;
  }

  run(): void {
    const own = [this.repository.directory, ...this.#common()];
    for (const holder of own) this.#readConfigsIn(holder);
    const linked = this.#linked();
    for (const holder of linked) this.#readConfigsIn(holder);
    const worktrees = this.#basesOf(linked);
    const bases = [...worktrees, ...own];
    const tops = worktrees.length > 0 ? worktrees : own;
    this.#each('hooks', bases, (path) => this.#addHooks(path));
    for (const holder of own) this.#addHooksOf(holder);
    const programs = this.#programs;
    this.#each('programs', bases, (path) => programs.add(path));
    this.#each('others', bases, (path) => programs.addIfExecutable(path));
    this.#each('scripts', tops, (path) => programs.add(path));
    this.#each('operands', tops, (path) => programs.addOtherwiseFound(path));
    this.#tellHardLinks();
  }

  /** Calls `add` for every path that a value may mean, as long as there is something left. */
  #each(kind: ListOfPaths, bases: readonly string[], add: (path: string) => void): void {
    for (const config of this.#configs.values()) {
      for (const value of config?.[kind] ?? []) {
        for (const base of isRelative(value) ? bases : bases.slice(0, 1)) {
          if (this.budget.isSpent('looks')) return;
          add(this.#absolute(value, base));
        }
      }
    }
  }

  /** The directory whose config a linked worktree has. */
  #common(): readonly string[] {
    const { directory } = this.repository;
    const named = this.#textAt(childOf(directory, 'commondir'));
    if (named === undefined || named === '') return [];
    const found = this.#ways.resolve(this.#absolute(named, directory));
    return found?.kind === 'directory' && found.path !== directory ? [found.path] : [];
  }

  /** The directories in which linked worktrees have what is their own. */
  #linked(): readonly string[] {
    const worktrees = childOf(this.repository.directory, 'worktrees');
    const atMost = Math.min(MAX_LINKED_WORKTREES, this.budget.left('looks'));
    const found = this.#files.list(worktrees, atMost);
    this.budget.take('looks', found?.length ?? atMost + 1);
    return (found ?? []).map(({ name }) => childOf(worktrees, name));
  }

  /** Where git is when it runs something, beside the directory of the repository itself. */
  #basesOf(linked: readonly string[]): readonly string[] {
    const { directory, worktrees } = this.repository;
    const named = [...this.#configs.values()].flatMap((config) => config?.worktree ?? []);
    const bases = [
      ...worktrees,
      ...named.map((value) => this.#absolute(value, directory)),
      ...linked.flatMap((holder) => this.#checkedOutBy(holder)),
    ];
    return [...new Set(bases)];
  }

  /** @param holder What a linked worktree has of its own in the repository. */
  #checkedOutBy(holder: string): readonly string[] {
    const pointer = this.#textAt(childOf(holder, 'gitdir')) ?? '';
    return pointer === '' ? [] : [parentOf(this.#absolute(pointer, holder))];
  }

  /** The first line of a small file of the repository. */
  #textAt(path: string): string | undefined {
    if (this.budget.isSpent('bytes') || !this.budget.take('looks', looksFor(path))) return undefined;
    const text = this.#files.readText(path);
    if (text === undefined || !this.budget.take('bytes', text.length)) return undefined;
    return text.split(/[\r\n]/, 1)[0];
  }

  #readConfigsIn(holder: string): void {
    const isInParts = this.#look.isInParts(holder);
    for (const [name, { isConfig, placeholderText }] of READ_BY_GIT) {
      if (!isConfig && (isInParts || this.#look.isKept(holder))) continue;
      const path = childOf(holder, name);
      const found = this.#ways.resolve(path);
      if (!isInParts) this.#addLinked(path, found, placeholderText);
      if (isConfig) this.#read(path, found);
    }
  }

  /** What a file leads to that stays as it is itself. */
  #addLinked(path: string, found: Resolution | undefined, placeholderText: PlaceholderText): void {
    if (found?.kind === 'deadEnd' && this.#look.isKept(found.at)) this.#outcome.protect({ path });
    if (found === undefined || found.kind === 'deadEnd' || found.path === path) return;
    this.#outcome.tellLinks(found);
    if (this.#look.isKept(found.path) && !this.#keepsWritable(found.path, path))
      this.#outcome.protect({ path: found.path, placeholderText });
  }

  #read(path: string, found: Resolution | undefined): void {
    if (found?.kind !== 'file') return;
    if (kernelTreeOf(found.path) !== undefined) {
      this.#outcome.tell(
        path,
        `leads to ${found.path}, which is of the kernel and not read; have no link there`,
      );
      return;
    }
    // By another name its relative includes mean other files.
    const key = `${found.path}\0${parentOf(path)}`;
    if (this.#configs.has(key)) return;
    if (this.#configs.size >= MAX_GIT_CONFIGS) {
      this.#outcome.tell(path, `is not read, since it comes after ${MAX_GIT_CONFIGS} others; include fewer`);
      return;
    }
    const config = this.#look.configs.at(found.path, this.budget);
    const named = typeof config === 'string' ? undefined : config;
    this.#configs.set(key, named);
    if (config === 'unreadable')
      this.#outcome.tell(
        path,
        `cannot be read, or has more than ${MAX_SMALL_FILE_BYTES / 1024} KiB; shorten it`,
      );
    for (const include of named?.includes ?? []) {
      if (this.budget.isSpent('looks')) return;
      this.#include(this.#absolute(include, parentOf(path)));
    }
  }

  #include(path: string): void {
    const target = this.#ways.place(path);
    if (target === undefined || this.#keepsWritable(target, path)) return;
    // Git takes an empty file for an empty config, and fails at a directory.
    this.#outcome.protect({ path: target, placeholderText: '' });
    // Git goes on from the directory in which it was named, wherever a link there leads.
    this.#read(path, this.#ways.resolve(path));
  }

  #addHooks(path: string): void {
    const target = this.#ways.place(path);
    if (target === undefined || this.#keepsWritable(target, path)) return;
    this.#outcome.protect({ path: target });
    this.#addLinkedHooks(target);
  }

  /** Those that it has where no config says otherwise. */
  #addHooksOf(holder: string): void {
    const path = childOf(holder, 'hooks');
    const found = this.#ways.resolve(path);
    if (found === undefined || found.kind === 'deadEnd') return;
    if (found.path !== path && !this.#look.isInParts(holder)) this.#addHooks(path);
    else if (found.kind === 'directory') this.#addLinkedHooks(found.path);
  }

  /** Links in a directory of hooks stay as they are, but not what they lead to. */
  #addLinkedHooks(directory: string): void {
    if (this.#listed.has(directory)) return;
    this.#listed.add(directory);
    const entries = this.#files.list(directory, MAX_HOOKS);
    const seen = entries?.length ?? MAX_HOOKS;
    if (!this.budget.take('looks', Math.floor(seen / ENTRIES_OF_ONE_LOOK))) return;
    if (entries === undefined)
      this.#outcome.tell(
        directory,
        `holds more than ${MAX_HOOKS} entries, so what links in it lead to can be written`,
        'hooks',
      );
    for (const { name, kind } of entries ?? []) {
      const path = childOf(directory, name);
      if (kind === 'link') this.#addLinkedHook(path, directory);
      if (kind === 'file' && !name.endsWith(UNUSED)) this.#hooks.push(path);
    }
  }

  /** Nothing else is to go short of looks for these. */
  #tellHardLinks(): void {
    for (const path of this.#hooks) {
      if (this.budget.left('looks') < looksFor(path)) return;
      const found = this.#ways.resolve(path);
      if (found?.kind !== 'file' || (this.#files.look(found.path)?.links ?? 0) < 2) continue;
      this.#outcome.tell(
        path,
        'has another name, a hard link, by which it could be written; remove that',
        'hooks',
      );
    }
  }

  #addLinkedHook(path: string, directory: string): void {
    const found = this.#ways.resolve(path);
    if (found === undefined) return;
    if (found.kind === 'deadEnd') {
      // A circle among the hooks themselves stays one.
      if (!isWithin(found.at, directory)) this.#outcome.protect({ path });
      return;
    }
    if (kernelTreeOf(found.path) !== undefined) return;
    for (const link of found.links)
      if (!isWithin(link.path, directory)) this.#outcome.tellLink(link.path, found.path, 'hooks');
    // Git runs no file that cannot be executed, such as the one that stands for a missing one.
    if (found.kind !== 'directory') this.#outcome.protect({ path: found.path, placeholderText: '' });
    else
      this.#outcome.tell(
        found.path,
        `is where ${path} leads, and a directory, which can be written; have no link there`,
        'hooks',
      );
  }

  #absolute(value: string, base: string): string {
    return this.#look.paths.absolute(value, base);
  }

  #keepsWritable(target: string, path: string): boolean {
    if (!this.#holders.has(target)) return false;
    this.#outcome.tell(
      target,
      `is named as ${path}, and holds what must stay writable, so what git runs there can be written; name a directory of its own`,
    );
    return true;
  }
}

/** What git reads in the directory of a repository or of a linked worktree, and runs or goes by. */
const READ_BY_GIT: ReadonlyMap<
  string,
  { readonly isConfig: boolean; readonly placeholderText: PlaceholderText }
> = new Map([
  ['config', { isConfig: true, placeholderText: '' }],
  ['config.worktree', { isConfig: true, placeholderText: '' }],
  ['commondir', { isConfig: false, placeholderText: '.\n' }],
  ['gitdir', { isConfig: false, placeholderText: '' }],
  ['info/attributes', { isConfig: false, placeholderText: '' }],
]);

/** How the names of examples end, which every repository has and git does not run. */
const UNUSED = '.sample';

/** Larger directories count for more looks. */
const ENTRIES_OF_ONE_LOOK = 16;
