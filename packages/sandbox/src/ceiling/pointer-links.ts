import { MAX_OPEN_WAYS, MAX_POINTER_LINKS } from '../limits.js';
import type { OpenWay } from '../policy/open-way.js';
import { type Loose, looseAmong } from './loose-among.js';

/**
 * Links on the way from a `.git` to the directory of its repository that could be replaced.
 * @param crossed Links with the `.git` from which each was met.
 */
export function looseOnWay(
  crossed: ReadonlyMap<string, string>,
  isLoose: (link: string) => boolean,
): Loose<string> {
  const loose = [...crossed].filter(([link]) => isLoose(link));
  const { found, notes } = looseAmong(
    loose.map(([link]) => link),
    () => true,
    MAX_POINTER_LINKS,
    (beyond) =>
      `more than ${MAX_POINTER_LINKS} links are on the way from .git files and links to their repositories, so that others have been replaced, such as ${beyond}, is not told when the command has ended; have none there`,
  );
  return { found, notes: [...noteOfFirst(loose), ...notes] };
}

function noteOfFirst([first, ...others]: readonly (readonly [string, string])[]): readonly string[] {
  if (first === undefined) return [];
  const [link, from] = first;
  const more = others.length === 0 ? '' : ` (and ${others.length} more like it)`;
  return [
    `${link} is a link on the way from ${from} to the directory of its repository, and could be replaced; have no link there${more}`,
  ];
}

/** Of all ways that are open, those at which a command could put something. */
export function looseWays(ways: Iterable<OpenWay>, isLoose: (path: string) => boolean): Loose<OpenWay> {
  return looseAmong(
    ways,
    ({ path }) => isLoose(path),
    MAX_OPEN_WAYS,
    ({ path, from }) =>
      `more than ${MAX_OPEN_WAYS} places are where .git files and links lead to no directory, or leave one by .., so that something stands at others, such as ${path} of ${from}, is not told when the command has ended; remove such files and links`,
  );
}
