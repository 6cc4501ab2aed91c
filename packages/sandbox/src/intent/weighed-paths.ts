import { childOf, namesOf } from '../files/paths.js';

interface Weighed {
  /** With all that lies below. */
  weight: number;
  readonly inside: Map<string, Weighed>;
}

/** A directory, and what weighs in it. */
interface HeavyDirectory {
  readonly path: string;
  readonly weight: number;
}

/** Paths with weights, for whoever asks where most of that lies. */
export class WeighedPaths {
  readonly #root: Weighed = { weight: 0, inside: new Map() };

  get total(): number {
    return this.#root.weight;
  }

  /** Adds a weight in a directory. That and each above that is new here gets that of `own` for itself, if there is one. */
  add(directory: string, weight: number, own?: (directory: string) => number): void {
    const way = [this.#root];
    let [at, path] = [this.#root, '/'];
    for (const name of namesOf(directory)) {
      if (own !== undefined) path = childOf(path, name);
      const known = at.inside.get(name);
      const next = known ?? { weight: 0, inside: new Map<string, Weighed>() };
      at.inside.set(name, next);
      way.push(next);
      const first = known === undefined ? (own?.(path) ?? 0) : 0;
      if (first > 0) for (const one of way) one.weight += first;
      at = next;
    }
    for (const one of way) one.weight += weight;
  }

  /**
   * From the root down into the directory that weighs most, as long as that is at least `least`, and on to one that may be chosen.
   * Undefined where there is none.
   */
  heaviest(least: number, mayBe: (directory: string) => boolean): HeavyDirectory | undefined {
    let [path, at] = ['/', this.#root];
    for (;;) {
      const next = heaviestIn(at);
      if ((next === undefined || next[1].weight < least) && mayBe(path)) return { path, weight: at.weight };
      if (next === undefined) return undefined;
      [path, at] = [childOf(path, next[0]), next[1]];
    }
  }

  /** Takes a directory away with all that is in it. What is left of its weight counts for the one that holds it. */
  replace(directory: string, left: number): void {
    const way = [this.#root];
    const names = namesOf(directory);
    for (const name of names) {
      const next = way.at(-1)?.inside.get(name);
      if (next === undefined) return;
      way.push(next);
    }
    const less = (way.pop()?.weight ?? 0) - left;
    for (const one of way) one.weight -= less;
    way.at(-1)?.inside.delete(names.at(-1) ?? '');
  }
}

/** Of several that weigh as much, the first by name. */
function heaviestIn({ inside }: Weighed): readonly [string, Weighed] | undefined {
  let most: readonly [string, Weighed] | undefined;
  for (const one of inside) {
    if (most === undefined || one[1].weight > most[1].weight) most = one;
    else if (one[1].weight === most[1].weight && one[0] < most[0]) most = one;
  }
  return most;
}
