import { isExecutable } from '../files/executable.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { childOf, isWithin } from '../files/paths.js';
import type { ResolvedPath } from '../files/resolve-path.js';
import type { MissingProgram } from '../policy/missing-program.js';
import type { ConfigLook } from './config-look.js';
import type { ConfigOutcome } from './config-outcome.js';
import type { ConfigWays } from './config-ways.js';
import type { ConfiguredRepository } from './configured-repository.js';
import { MAIN_OF_DIRECTORY, SCRIPT_ENDINGS } from './script-endings.js';

/** Programs that the configs of one repository name: those that are there stay as they are, the others are taken down. */
export class ConfigPrograms {
  readonly #repository: ConfiguredRepository;
  readonly #look: ConfigLook;
  readonly #outcome: ConfigOutcome;
  readonly #ways: ConfigWays;
  /** By canonical path. */
  readonly #missing = new Map<string, MissingProgram>();
  /** What is no file, by the path that was asked for. */
  readonly #noFiles = new Map<string, ResolvedPath>();

  constructor(repository: ConfiguredRepository, look: ConfigLook, outcome: ConfigOutcome, ways: ConfigWays) {
    this.#repository = repository;
    this.#look = look;
    this.#outcome = outcome;
    this.#ways = ways;
  }

  get missing(): readonly MissingProgram[] {
    return [...this.#missing.values()];
  }

  /** Words that are no programs stay as they are by nothing: most are options. */
  add(path: string): void {
    const found = this.#find(path);
    if (found?.kind === 'file') this.#protect(found);
    else if (found !== undefined) {
      this.#noFiles.set(path, found);
      this.#addMissing(found.path, false);
    }
  }

  /** The same, where nobody knows whether git runs what stands there. */
  addIfExecutable(path: string): void {
    const found = this.#find(path);
    if (found === undefined) return;
    if (this.#isExecutable(found)) this.#protect(found);
    else this.#addMissing(found.path, true);
  }

  /** What an interpreter finds under other names for a path that was added, and is no file. */
  addOtherwiseFound(path: string): void {
    const found = this.#noFiles.get(path);
    const known = found === undefined ? undefined : this.#missing.get(found.path);
    if (found === undefined || known?.isOnlyIfExecutable !== false || known.otherEndings !== undefined)
      return;
    const isAlone = found.missingFrom !== undefined && found.missingFrom !== found.path;
    const otherEndings = isAlone ? ENDINGS : ENDINGS.filter((ending) => !this.#isTaken(found.path + ending));
    this.#missing.set(found.path, { ...known, otherEndings });
  }

  /** Undefined for what git does not run, and for what nobody may look at any more. */
  #find(path: string): ResolvedPath | undefined {
    const found = this.#ways.resolve(path);
    if (found === undefined || found.kind === 'deadEnd') return undefined;
    return kernelTreeOf(found.path) === undefined ? found : undefined;
  }

  #isExecutable({ kind, path }: ResolvedPath): boolean {
    const found = kind === 'file' ? this.#look.files.look(path) : undefined;
    return found !== undefined && isExecutable(found);
  }

  #protect(found: ResolvedPath): void {
    this.#outcome.tellLinks(found);
    this.#outcome.protect({ path: found.path });
  }

  #addMissing(path: string, isOnlyIfExecutable: boolean): void {
    const { directory: repository } = this.#repository;
    const isOfGit = FILLED_BY_GIT.some((name) => isWithin(path, childOf(repository, name)));
    if (isOfGit || this.#missing.has(path)) return;
    this.#missing.set(path, { path, repository, isOnlyIfExecutable });
  }

  /** Whether something stands there; a program stays as it is. */
  #isTaken(path: string): boolean {
    const found = this.#find(path);
    if (found === undefined) return true;
    if (found.kind === 'file') this.#protect(found);
    else if (found.path === path) return false;
    else this.#addMissing(found.path, false);
    return true;
  }
}

/** Where git makes files itself, by names such as `refs/heads/main` that commands are full of. */
const FILLED_BY_GIT: readonly string[] = ['logs', 'objects', 'refs'];

/** Node takes the same name with an ending first, also where there is a directory. */
const ENDINGS: readonly string[] = [...SCRIPT_ENDINGS, ...MAIN_OF_DIRECTORY];
