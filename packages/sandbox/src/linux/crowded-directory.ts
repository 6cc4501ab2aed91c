import { namesOf } from '../files/paths.js';

/** The deepest directory below which more than half of some paths lie. */
export function crowdedDirectory(paths: readonly string[]): string {
  const crowded: string[] = [];
  for (let inside = paths.map(namesOf); ; ) {
    const depth = crowded.length;
    const counts = new Map<string, number>();
    for (const { [depth]: name } of inside) {
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const most = [...counts].find(([, count]) => count > paths.length / 2)?.[0];
    if (most === undefined) return `/${crowded.join('/')}`;
    inside = inside.filter((names) => names[depth] === most);
    crowded.push(most);
  }
}
