import type { FileFact, FileFacts } from '../files/file-facts.js';
import { exchangingHands, type Hand, mayEnter, mayRead, nameOfHand } from '../files/hands.js';
import type { OwnUser } from '../files/own-user.js';
import { parentOf } from '../files/paths.js';
import { StalePlan } from '../files/stale-plan.js';
import { PathMap } from './path-map.js';
import type { PathRule } from './path-rule.js';

/** Something denied that somebody else may keep from being covered. */
export interface ExposedDenial {
  readonly rule: PathRule;
  readonly hand: Hand;
  /** What they may exchange: it, or a directory above it. */
  readonly exchanged: string;
}

/**
 * What is denied is covered at its name. Whoever may exchange something on the way there can show another file while that is
 * done, and have the denied one back when the command runs. It is no loss where they could hand its content out themselves.
 * @param rules One for each path, sorted, none that says what the next one above says.
 * @param files As they were when the rules were made.
 */
export function exposedDenials(
  rules: readonly PathRule[],
  own: OwnUser,
  files: Pick<FileFacts, 'look'>,
): readonly ExposedDenial[] {
  const ways = new Ways(outermost(rules), own, files);
  return rules
    .filter(({ access, kind, isUnseen }) => access === 'deny' && kind !== 'missing' && isUnseen !== true)
    .flatMap((rule) => {
      const threat = ways.threatTo(rule.path);
      return threat === undefined ? [] : [{ rule, hand: threat.hand, exchanged: threat.exchanged }];
    });
}

/** What lies below nothing else that has a rule. Above it, all that the sandbox has is its own. */
function outermost(rules: readonly PathRule[]): readonly string[] {
  const found = new PathMap<string>();
  for (const { path } of rules) if (found.nearest(path) === undefined) found.set(path, path);
  return rules.map(({ path }) => path).filter((path) => found.nearest(path) === path);
}

/** Somebody who may exchange something on the way to a path. */
interface Threat {
  readonly hand: Hand;
  /** What they may exchange: of several directories the one furthest up. */
  readonly exchanged: string;
  /** Whether they can go on to the path from there. */
  readonly mayEnter: boolean;
}

/** The ways to denied paths. Each directory on them is looked at once. */
class Ways {
  readonly #own: OwnUser;
  readonly #files: Pick<FileFacts, 'look'>;
  /** By directory, to what lies in it; but for those who may exchange that there. */
  readonly #threats: Map<string, readonly Threat[]>;

  /** @param safe Directories that cannot be exchanged. */
  constructor(safe: readonly string[], own: OwnUser, files: Pick<FileFacts, 'look'>) {
    this.#own = own;
    this.#files = files;
    this.#threats = new Map(['/', ...safe].map((path) => [path, []]));
  }

  /** Somebody who may exchange something on the way to a path and could not hand out what is there. */
  threatTo(path: string): Threat | undefined {
    const threats = this.#exchanging(path, this.#into(parentOf(path)));
    return threats.find(({ hand, mayEnter: reaches }) => !reaches || !mayRead(hand, this.#look(path)));
  }

  #into(directory: string): readonly Threat[] {
    const way: string[] = [];
    let at = directory;
    for (; !this.#threats.has(at); at = parentOf(at)) way.push(at);
    let threats = this.#threats.get(at) ?? [];
    for (const next of way.reverse()) {
      threats = this.#entering(next, this.#exchanging(next, threats));
      this.#threats.set(next, threats);
    }
    return threats;
  }

  /** With those who may exchange this very path. Who may do so further up as well is not named again. */
  #exchanging(path: string, threats: readonly Threat[]): readonly Threat[] {
    const hands = exchangingHands(this.#look(parentOf(path)), this.#look(path), this.#own);
    if (hands.length === 0) return threats;
    const all = new Map(threats.map((threat) => [nameOfHand(threat.hand), threat]));
    for (const hand of hands) {
      const name = nameOfHand(hand);
      if (!all.has(name)) all.set(name, { hand, exchanged: path, mayEnter: true });
    }
    return [...all.values()];
  }

  #entering(directory: string, threats: readonly Threat[]): readonly Threat[] {
    if (threats.length === 0) return threats;
    const rights = this.#look(directory);
    return threats.map((threat) => ({
      ...threat,
      mayEnter: threat.mayEnter && mayEnter(threat.hand, rights),
    }));
  }

  #look(path: string): FileFact {
    const found = this.#files.look(path);
    if (found === undefined) throw new StalePlan(path, 'has gone');
    return found;
  }
}
