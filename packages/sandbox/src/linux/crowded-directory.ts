import { childOf, isWithin, namesOf } from '../files/paths.js';

/** The deepest directory below which more than half of some paths lie. */
export function crowdedDirectory(paths: readonly string[]): string {
  let crowded = '/';
  for (let inside = paths; ; ) {
    const depth = namesOf(crowded).length;
    const counts = new Map<string, number>();
    for (const path of inside) {
      const name = namesOf(path)[depth];
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const most = [...counts].find(([, count]) => count > paths.length / 2);
    if (most === undefined) return crowded;
    const child = childOf(crowded, most[0]);
    inside = inside.filter((path) => isWithin(path, child));
    crowded = child;
  }
}
