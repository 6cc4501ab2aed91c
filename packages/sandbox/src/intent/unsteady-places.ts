import { isWithin } from '../files/paths.js';
import { baseOf } from '../policy/glob.js';
import type { FoundWhole, GlobMatches, GlobScan } from './deny-glob.js';
import type { FillablePlaces } from './fillable-places.js';

/**
 * Denies as a whole where commands may write and change files faster than plans are made, so that only who works there has to wait
 * for them.
 * @param unsteady Paths at which plans have found other files than before. @param cwd What holds it is not denied.
 */
export function withoutUnsteady(
  matches: GlobMatches,
  scans: readonly GlobScan[],
  {
    fillable,
    unsteady,
    cwd,
  }: {
    readonly fillable: FillablePlaces;
    readonly unsteady: readonly string[];
    readonly cwd: string;
  },
): GlobMatches {
  const wholes = new Map<string, FoundWhole>();
  for (const path of unsteady) {
    const directory = fillable.rootAbove(path);
    if (directory === undefined || isWithin(cwd, directory)) continue;
    const scan = scans.find((one) => {
      const base = baseOf(one.pattern, one.directory);
      return isWithin(base, directory) || isWithin(directory, base);
    });
    const why = `files are replaced there faster than a start is planned, such as ${path}, and so it was with ${unsteady.length} plans; end what does that`;
    if (scan !== undefined) wholes.set(directory, { directory, why, by: scan.origin });
  }
  if (wholes.size === 0) return matches;
  const added = [...wholes.values()];
  return new Map(
    [...matches].map(([origin, match]) => [origin, { ...match, wholes: [...match.wholes, ...added] }]),
  );
}
