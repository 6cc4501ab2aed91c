import type { FileFacts } from '../files/file-facts.js';
import { LookPool } from '../files/look-pool.js';
import { seenAt } from '../files/may-enter.js';
import { isWithin, parentOf, withHolders } from '../files/paths.js';
import { identityOf, type ResolvedPath, resolvePath } from '../files/resolve-path.js';
import { MAX_FOLLOWED_NAMES } from '../limits.js';
import type { RuleIndex } from '../policy/access.js';
import type { LooseLink, PathRule } from '../policy/path-rule.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import type { ProtectedPath } from './protect-git.js';

/** What is known where paths are protected. */
export interface ProtectionFacts {
  readonly files: FileFacts;
  /** What may be done without any protection. */
  readonly index: RuleIndex;
  /** Directories that may be written. */
  readonly roots: readonly string[];
  /** Work trees and directories of repositories, canonical. */
  readonly repositories: readonly string[];
  /** Links that lead to directories of repositories. */
  readonly links: readonly string[];
}

/** Follows the links of what is to be protected, which a command may have put there. */
export class PathProtection {
  readonly #facts: ProtectionFacts;
  readonly #looks: LookPool;
  readonly #roots: ReadonlySet<string>;
  /** What no link may make read-only as a whole. */
  readonly #inUse: ReadonlySet<string>;
  /** By kind, or by path for what is told for itself. */
  readonly #told = new Map<string, { readonly text: string; readonly paths: Set<string> }>();
  readonly #looseLinks = new Map<string, LooseLink>();

  constructor(facts: ProtectionFacts) {
    this.#facts = facts;
    this.#looks = new LookPool(facts.files, MAX_FOLLOWED_NAMES);
    this.#roots = withHolders(facts.roots);
    this.#inUse = withHolders([...facts.roots, ...facts.repositories]);
    for (const link of facts.links) this.#tell('link', link, `${link} is a link${ITS_TARGET}`);
  }

  /** What is not protected, or protected in part, in words. Links are told of by one of each kind, with their number. */
  get gaps(): readonly string[] {
    return [...this.#told.values()].map(({ text, paths }) =>
      paths.size === 1 ? text : `${text} (and ${paths.size - 1} more like it)`,
    );
  }

  /** Links at what is to be protected, and on their way, that a command could replace. */
  get looseLinks(): readonly LooseLink[] {
    return [...this.#looseLinks.values()];
  }

  /** The rules that keep a path as it is: one, or none where that is not needed or would keep too much. */
  rulesFor(wanted: ProtectedPath): readonly PathRule[] {
    const resolved = resolvePath(wanted.path, this.#looks.filesFor(wanted.path));
    if (resolved.kind === 'deadEnd') {
      const { at, isLink, isUnseen, why } = resolved;
      this.noteLooseLinks([wanted.path, at]);
      if (isUnseen === true) {
        this.#tell('unseen', wanted.path, `${wanted.path} is not protected: ${why}; have no link there`);
        return [];
      }
      if (isLink) this.#tell('circle', at, `${why} and could be replaced; remove it`);
      else if (this.#facts.index.accessAt(at) === 'write')
        this.#tell(at, at, `${why}, so all of it stays as it is; let this user enter it`);
      return isLink ? [] : this.rulesFor({ path: at });
    }
    const { kind, links } = resolved;
    if (kind !== 'missing' || wanted.onlyIfThere !== true)
      this.noteLooseLinks(links.map((link) => link.path));
    if (kind === 'missing') return this.#rulesForMissing(wanted, resolved);
    if (!this.#mayProtect(wanted, resolved)) return [];
    const { path, identity, isShared } = resolved;
    const { origin = DEFAULTS.configuration } = wanted;
    return [{ path, access: 'read', kind, identity, origin, isShared }];
  }

  /**
   * The rules that keep a missing path missing where nothing can stand in for it: none where something can. Below a file
   * nothing is made while that stands, and in a directory that its owner may not write nothing before he opens it.
   * @param path The first name on its way that is missing, canonical.
   */
  rulesAbove(path: string): readonly PathRule[] {
    const { files } = this.#facts;
    const above = parentOf(path);
    if (files.look(above)?.kind === 'file') return this.rulesFor({ path: above });
    if (files.mayCreateIn(above) !== 'afterChmod') return [];
    if (this.#facts.index.accessAt(above) === 'write')
      this.#tell(
        above,
        above,
        `${above} cannot be written, so all of it stays as it is; let this user write it (chmod u+w)`,
      );
    return this.rulesFor({ path: above });
  }

  /** Those of these paths at which a command could replace a link count as loose. */
  noteLooseLinks(paths: readonly string[]): void {
    const { index, files } = this.#facts;
    for (const path of paths.filter((one) => index.accessAt(one) === 'write')) {
      const found = seenAt(path, files);
      if (found === undefined || found === 'keptOut' || found.kind !== 'link') continue;
      const target = targetOf(path, files);
      this.#looseLinks.set(path, { path, identity: identityOf(found), target, uid: found.uid });
    }
  }

  #rulesForMissing(wanted: ProtectedPath, resolved: ResolvedPath): readonly PathRule[] {
    const path = resolved.missingFrom ?? resolved.path;
    if (wanted.onlyIfThere === true || !this.#mayAppear(path) || !this.#mayProtect(wanted, resolved))
      return [];
    const above = this.rulesAbove(path);
    if (above.length > 0) return above;
    const { placeholderText: text, origin = DEFAULTS.configuration } = wanted;
    const placeholder = text === undefined ? {} : { placeholderText: text };
    return [
      { path, access: 'read', kind: 'missing', identity: undefined, origin, isShared: false, ...placeholder },
    ];
  }

  #mayAppear(path: string): boolean {
    const { files } = this.#facts;
    return (
      files.takesName(path) &&
      (files.look(parentOf(path))?.kind === 'file' || files.mayCreateIn(parentOf(path)) !== 'never')
    );
  }

  #mayProtect(wanted: ProtectedPath, { path, kind, missingFrom, links }: ResolvedPath): boolean {
    const link = links.find((one) => isWithin(wanted.path, one.path));
    if (link === undefined) {
      if (wanted.isSparing !== true || !this.#roots.has(path)) return true;
      if (this.#facts.index.accessAt(path) === 'write')
        this.#tell(
          'root',
          path,
          `${path} holds what may be written, so it does not stay as it is as a whole`,
        );
      return false;
    }
    const target = missingFrom ?? path;
    const why = this.#whyNot(wanted, target, kind);
    const outcome =
      why === undefined ? ITS_TARGET : ` to ${target}, ${why}, so neither is protected; have no link there`;
    this.#tell(why ?? 'link', link.path, `${link.path} is a link${outcome}`);
    return why === undefined;
  }

  /** Why a link does not decide that its target is read-only; undefined where it does, or where that changes nothing. */
  #whyNot(
    { expects, onlyIfThere, linksInto = [] }: ProtectedPath,
    target: string,
    kind: ResolvedPath['kind'],
  ): string | undefined {
    if (this.#facts.index.accessAt(target) !== 'write') return undefined;
    if (this.#inUse.has(target)) return 'which holds what must stay writable';
    if (expects !== undefined && kind !== 'missing' && kind !== expects) return `which is no ${expects}`;
    if (onlyIfThere === true) return 'and a command could have put it there';
    const isInside = linksInto.some((directory) => directory !== target && isWithin(target, directory));
    return isInside ? undefined : 'which lies elsewhere';
  }

  #tell(group: string, path: string, text: string): void {
    const told = this.#told.get(group);
    if (told === undefined) this.#told.set(group, { text, paths: new Set([path]) });
    else told.paths.add(path);
  }
}

/** Undefined for one that is not UTF-8, or has gone meanwhile. */
function targetOf(link: string, files: Pick<FileFacts, 'readLink'>): string | undefined {
  try {
    return files.readLink(link);
  } catch {
    return undefined;
  }
}

const ITS_TARGET = '; its target is protected, but the link could be replaced';
