import type { FileFacts } from '../files/file-facts.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { isWithin, parentOf } from '../files/paths.js';
import { type Resolution, resolvePath } from '../files/resolve-path.js';
import { indexRules, type RuleIndex } from '../policy/access.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import type { ProfileSource } from '../policy/rule-origin.js';
import { isFillable } from './fillable-places.js';

/** A link that a command may have made. */
interface MadeLink {
  readonly link: string;
  /** What may be written there, as far up as that goes. */
  readonly root: string;
}

/** What a profile says of paths. */
export type NamedPaths = Pick<NormalisedPolicy, 'rules' | 'links'>;

/** Where a path leads. */
export interface Followed {
  readonly resolved: Resolution;
  /** A link that a command may have made, and that leads in a circle or out of what may be written there. */
  readonly away: MadeLink | undefined;
}

/**
 * Follows paths of which only whoever made the links there knows where they lead. Those of an intent follow every link. Those of a ceiling
 * would refuse everybody's start by one: whoever may write where a link lies may have made it, unless it is another user's, and beyond it nothing is
 * looked at that lies elsewhere than below the same root that may be written, unless something is granted by the name of that link. All is
 * below `/`, so that this is none of those roots; nor are links in it taken for made, such as `/home`.
 */
export class MadeLinks {
  readonly #index: RuleIndex;
  readonly #trusted: ReadonlySet<string>;
  readonly #source: ProfileSource;

  /** @param named By the profile that asks; one rule for each path. @param source Whose profile that is. */
  constructor({ rules, links }: NamedPaths, source: ProfileSource) {
    this.#index = indexRules(rules.filter(({ kind }) => kind !== 'missing'));
    this.#trusted = new Set(links.map(({ path }) => path));
    this.#source = source;
  }

  /** @throws As `resolvePath`. */
  follow(path: string, files: FileFacts): Followed {
    let made: MadeLink | undefined;
    const careful: FileFacts = {
      ...files,
      look: (at) => {
        if (made !== undefined && !this.#isBelow(made.root, at) && !isWithin(made.root, at))
          throw new Error(`${made.link} leads out of ${made.root}`);
        return files.look(at);
      },
      readLink: (link) => {
        made ??= this.#madeAt(link, files);
        return files.readLink(link);
      },
    };
    const resolved = resolvePath(path, careful);
    const isAway =
      made !== undefined && (resolved.kind === 'deadEnd' || !this.#isBelow(made.root, resolved.path));
    return { resolved, away: isAway ? made : undefined };
  }

  #madeAt(link: string, files: FileFacts): MadeLink | undefined {
    if (this.#source !== 'ceiling' || this.#trusted.has(link)) return undefined;
    const directory = parentOf(link);
    const root = this.#index.governing(directory)?.path;
    const isMade = root !== undefined && isFillable(directory, this.#index, files) && isOwn(link, files);
    return isMade ? { link, root } : undefined;
  }

  #isBelow(root: string, path: string): boolean {
    return root !== '/' && this.#index.governing(path)?.path === root && kernelTreeOf(path) === undefined;
  }
}

/** Whether this user may have made it. */
function isOwn(link: string, files: FileFacts): boolean {
  const found = files.look(link);
  return found === undefined || files.isOwn?.(found) !== false;
}
