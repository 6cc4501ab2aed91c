import { homedir } from 'node:os';
import type { FileFacts } from '../files/file-facts.js';
import { childOf, isWithin, parentOf } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { MAX_GIT_CONFIGS, MAX_LINKED_WORKTREES, MAX_SMALL_FILE_BYTES } from '../limits.js';
import { ConfigBudget, type ConfigShare } from './config-budget.js';
import { type ConfigSetting, parseGitConfig } from './git-config.js';
import type { ProtectedPath } from './protect-git.js';

/** A repository whose config is asked what else it names. */
export interface ConfiguredRepository {
  /** Canonical. */
  readonly directory: string;
  /** Where its files are checked out, as far as that is seen from there. */
  readonly worktrees: readonly string[];
}

/** What git would run or read because a config names it. */
export interface ConfigTargets {
  readonly paths: readonly ProtectedPath[];
  readonly gaps: readonly ConfigGap[];
}

/** Something that a config names and that is not protected. */
interface ConfigGap {
  /** It matters only if this may be written. */
  readonly path: string;
  readonly text: string;
}

/**
 * Hooks, included configs and programs that the config of a repository names by their paths.
 * @param kept Directories that must not become read-only as a whole, whatever a config says.
 * @param share What it may take, hooks before programs; the rest is a gap.
 */
export function namedByConfig(
  repository: ConfiguredRepository,
  kept: readonly string[],
  files: FileFacts,
  share: ConfigShare,
): ConfigTargets {
  const reading = new ConfigReading(repository, kept, files, share);
  reading.run();
  return reading;
}

/** Values that are handed to a shell; what has a slash in them may be a file. */
const COMMANDS: ReadonlySet<string> = new Set([
  ...['core.askpass', 'core.editor', 'core.fsmonitor', 'core.gitproxy', 'core.pager', 'core.sshcommand'],
  ...['credential.helper', 'diff.command', 'diff.external', 'diff.textconv', 'difftool.cmd', 'gpg.program'],
  ...['filter.clean', 'filter.process', 'filter.smudge', 'interactive.difffilter', 'merge.driver'],
  ...['mergetool.cmd', 'sequence.editor'],
]);

const HOOKS = 'core.hookspath';

const WORKTREE = 'core.worktree';

/** All that is remembered of a config, besides what it includes. */
const ASKED_FOR: ReadonlySet<string> = new Set([...COMMANDS, HOOKS, WORKTREE]);

const INCLUDES: ReadonlySet<string> = new Set(['include.path', 'includeif.path']);

const KERNEL_TREES = ['/dev', '/proc', '/sys'];

class ConfigReading implements ConfigTargets {
  readonly paths: ProtectedPath[] = [];
  readonly gaps: ConfigGap[] = [];
  readonly #repository: ConfiguredRepository;
  readonly #kept: readonly string[];
  readonly #files: FileFacts;
  readonly #read = new Set<string>();
  readonly #settings: ConfigSetting[] = [];
  readonly #budget: ConfigBudget;

  constructor(
    repository: ConfiguredRepository,
    kept: readonly string[],
    files: FileFacts,
    share: ConfigShare,
  ) {
    this.#repository = repository;
    this.#kept = kept;
    this.#files = files;
    this.#budget = new ConfigBudget(share, (what) => {
      const { directory } = repository;
      this.gaps.push({ path: directory, text: `the git config of ${directory} ${what}; let it name fewer` });
    });
  }

  run(): void {
    const { directory } = this.#repository;
    const linked = this.#linked();
    for (const holder of [directory, ...linked]) {
      for (const name of ['config', 'config.worktree']) this.#readConfig(childOf(holder, name));
    }
    const bases = this.#basesOf(linked);
    for (const hooks of this.#valuesOf((name) => name === HOOKS))
      for (const base of bases) this.#addHooks(absolute(hooks, base));
    const commands = [...this.#valuesOf((name) => COMMANDS.has(name))];
    for (const word of new Set(commands.flatMap(filesIn)))
      for (const base of bases) this.#addProgram(absolute(word, base));
  }

  #valuesOf(isWanted: (name: string) => boolean): ReadonlySet<string> {
    return new Set(this.#settings.filter(({ name }) => isWanted(name)).map(({ value }) => value));
  }

  /** The directories in which linked worktrees have what is their own. */
  #linked(): readonly string[] {
    const worktrees = childOf(this.#repository.directory, 'worktrees');
    return (this.#files.list(worktrees, MAX_LINKED_WORKTREES) ?? [])
      .filter(() => this.#budget.take('looks', 1))
      .map(({ name }) => childOf(worktrees, name));
  }

  /** Where git is when it runs something. */
  #basesOf(linked: readonly string[]): readonly string[] {
    const { directory, worktrees } = this.#repository;
    const named = this.#settings.filter(({ name }) => name === WORKTREE);
    const pointers = linked.map((holder) => this.#files.readText(childOf(holder, 'gitdir'))?.trim() ?? '');
    const bases = [
      ...worktrees,
      ...named.map(({ value }) => absolute(value, directory)),
      ...pointers.filter((pointer) => pointer.startsWith('/')).map(parentOf),
    ];
    return bases.length === 0 ? [directory] : [...new Set(bases)];
  }

  #readConfig(path: string): void {
    const found = resolvePath(path, this.#files);
    if (found.kind !== 'file' || this.#read.has(found.path)) return;
    if (this.#read.size >= MAX_GIT_CONFIGS) {
      this.#tell(path, `is not read, since it comes after ${MAX_GIT_CONFIGS} others; include fewer`);
      return;
    }
    this.#read.add(found.path);
    const text = this.#files.readText(found.path);
    if (text === undefined) {
      this.#tell(path, `cannot be read, or has more than ${MAX_SMALL_FILE_BYTES / 1024} KiB; shorten it`);
      return;
    }
    if (!this.#budget.take('bytes', Buffer.byteLength(text))) return;
    for (const setting of parseGitConfig(text)) {
      if (INCLUDES.has(setting.name)) this.#include(absolute(setting.value, parentOf(path)));
      else if (ASKED_FOR.has(setting.name)) this.#settings.push(setting);
    }
  }

  #include(path: string): void {
    if (!this.#budget.take('looks', 1)) return;
    const target = this.#place(path);
    if (target === undefined || this.#keepsWritable(target, path)) return;
    // Git takes an empty file for an empty config, and fails at a directory.
    this.#protect({ path: target, placeholderText: '' });
    this.#readConfig(target);
  }

  #addHooks(path: string): void {
    if (!this.#budget.take('looks', 1)) return;
    const target = this.#place(path);
    if (target !== undefined && !this.#keepsWritable(target, path)) this.#protect({ path: target });
  }

  /** Words that are no files are none of this: most are options. */
  #addProgram(path: string): void {
    if (!this.#budget.take('looks', 1)) return;
    const found = resolvePath(path, this.#files);
    if (found.kind === 'file') this.#protect({ path: this.#place(found.path) ?? found.path });
  }

  #protect(target: ProtectedPath): void {
    if (this.paths.some(({ path }) => path === target.path)) return;
    if (this.#budget.take('targets', 1)) this.paths.push(target);
  }

  /** The canonical path; undefined for what is the kernel's. */
  #place(path: string): string | undefined {
    const found = resolvePath(path, this.#files);
    if (found.kind === 'deadEnd') return path;
    for (const link of found.links)
      this.#tell(link.path, `is a link on the way to ${found.path}, and could be replaced`);
    return KERNEL_TREES.some((tree) => isWithin(found.path, tree)) ? undefined : found.path;
  }

  #keepsWritable(target: string, path: string): boolean {
    const { directory, worktrees } = this.#repository;
    if (![directory, ...worktrees, ...this.#kept].some((one) => isWithin(one, target))) return false;
    this.#tell(
      target,
      `is named as ${path}, and holds what must stay writable, so what git runs there can be written; name a directory of its own`,
    );
    return true;
  }

  #tell(path: string, what: string): void {
    const text = `the git config of ${this.#repository.directory}: ${path} ${what}`;
    this.gaps.push({ path, text });
  }
}

/** The words of a command that may be files. */
function filesIn(command: string): readonly string[] {
  return command.split(/[\s"'`;&|()<>]+/).filter((word) => word.includes('/'));
}

function absolute(value: string, base: string): string {
  if (value.startsWith('~/')) return childOf(homedir(), value.slice(2));
  return value.startsWith('/') ? value : childOf(base, value);
}
