import type { FileFacts } from '../files/file-facts.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { lookUnlessKeptOut } from '../files/look-unless-kept-out.js';
import { ownDoor } from '../files/own-door.js';
import { childOf, parentOf } from '../files/paths.js';
import { factsOf, resolvePath } from '../files/resolve-path.js';
import { Unseen } from '../files/unseen.js';
import { MAX_ALIASES } from '../limits.js';
import { indexRules, mergeRules } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';
import { nameOf } from '../policy/rule-origin.js';
import { refuse } from '../refuse.js';
import { type Alias, type MountPlaces, mountPlacesOf } from './mount-places.js';
import type { Mount } from './mount-table.js';

type Looks = Pick<FileFacts, 'look' | 'mayCreateIn'>;

/** What is denied at one place and shown at another one, too, as by `mount --bind`, or by an overlay. */
export class AliasedDenials {
  readonly #places: MountPlaces;
  readonly #files: Looks;
  readonly #careful: FileFacts;

  /**
   * @param mounts Of this machine. @param files As they were when the rules were made. @param careful The same, with `Unseen` thrown for
   *   what may never answer.
   */
  constructor(mounts: readonly Mount[], files: Looks, careful: FileFacts) {
    this.#places = mountPlacesOf(mounts);
    this.#files = files;
    this.#careful = careful;
  }

  /**
   * Rules with those that deny the same at the other places, unless a rule names that very place. So all must be of one source: what somebody
   * denies, nobody else opens.
   * @throws ExecError `sandboxUnsupported` where there are more than `MAX_ALIASES`.
   */
  addTo(rules: readonly PathRule[]): readonly PathRule[] {
    if (!this.#places.hasAliases) return rules;
    const index = indexRules(rules);
    const isOpen = ({ path }: Alias): boolean =>
      index.at(path) === undefined && index.accessAt(path) !== 'deny' && kernelTreeOf(path) === undefined;
    const found: PathRule[] = [];
    let left = MAX_ALIASES;
    for (const rule of rules) {
      if (rule.access !== 'deny' || rule.kind === 'missing' || rule.path === '/') continue;
      for (const alias of this.#aliasesOf(rule.path, isOpen)) {
        if ((left -= 1) < 0) refuse(nameOf(rule.origin), TOO_MANY);
        found.push(...this.#ruleFor(alias, rule));
      }
    }
    return found.length === 0 ? rules : mergeRules([...rules, ...found]);
  }

  *#aliasesOf(path: string, isOpen: (alias: Alias) => boolean): Generator<Alias> {
    for (const alias of this.#places.aliasesOf(path)) if (isOpen(alias)) yield alias;
    const isShown = (alias: Alias): boolean => isOpen(alias) && this.#isThere(alias);
    for (const alias of this.#places.overlayPathsOf(path)) if (isShown(alias)) yield alias;
    for (const layer of this.#places.layerPathsOf(path)) {
      if (!isShown(layer)) continue;
      yield layer;
      for (const alias of this.#places.overlayPathsOf(layer.path)) if (isShown(alias)) yield alias;
    }
  }

  /** In a layer there may be nothing, or a link, where the overlay shows a file of another one. Nobody is asked who may never answer. */
  #isThere({ path }: Alias): boolean {
    const found = resolvePath(path, this.#careful);
    if (found.kind === 'deadEnd') return found.isShut === true;
    return found.kind !== 'missing' && found.path === path;
  }

  #ruleFor(alias: Alias, { kind, origin, byPattern }: PathRule): readonly PathRule[] {
    const asked = { access: 'deny', origin, ...(byPattern === true ? { byPattern } : {}) } as const;
    const found = this.#find(alias);
    if (found === 'unseen') {
      // Of what is mounted below it nobody has asked anything: most of that are directories.
      const facts = {
        kind: alias.isWhole ? kind : 'directory',
        identity: undefined,
        isShared: false,
      } as const;
      return [{ path: alias.path, ...asked, ...facts, isUnseen: true }];
    }
    if (found === undefined || found.kind === 'missing') return [];
    const { path, identity, isShared } = found;
    return [{ path, ...asked, kind: found.kind, identity, isShared }];
  }

  /** What is denied there: itself, or what this user has shut above it. Undefined where no command of theirs gets to it. */
  #find({
    path,
    mount,
    isOfSameDisk,
  }: Alias): Pick<PathRule, 'path' | 'kind' | 'identity' | 'isShared'> | 'unseen' | undefined {
    try {
      this.#careful.look(childOf(parentOf(mount.path), '.'));
    } catch (error) {
      if (error instanceof Unseen) return 'unseen';
      // The next look says why.
    }
    try {
      // Whoever answers for what is denied has done so.
      const files = isOfSameDisk ? this.#files : this.#careful;
      const seen = lookUnlessKeptOut(path, files);
      if (seen === 'keptOut') return ownDoor(path, files);
      return seen === 'missing' ? undefined : { path, ...factsOf(path, seen) };
    } catch (error) {
      if (error instanceof Unseen) return 'unseen';
      throw error;
    }
  }
}

const TOO_MANY = `what is denied up to here is mounted at more than ${MAX_ALIASES} other places; deny directories further up, or unmount some`;
