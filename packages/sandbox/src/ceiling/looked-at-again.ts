import { MAX_CONFIG_LINKS, MAX_OPEN_WAYS, MAX_POINTER_LINKS } from '../limits.js';
import type { OpenWay } from '../policy/open-way.js';

/** What is looked at again when a command has ended. */
export interface Loose<T> {
  readonly found: readonly T[];
  /** What to say before it begins. */
  readonly notes: readonly string[];
}

/**
 * Links on the way from a `.git` to the directory of its repository that could be replaced.
 * @param crossed Links with the `.git` from which each was met.
 */
export function looseOnWay(
  crossed: ReadonlyMap<string, string>,
  isLoose: (link: string) => boolean,
): Loose<string> {
  const loose = [...crossed].filter(([link]) => isLoose(link));
  const links = loose.map(([link]) => link);
  const { found, notes } = bounded(links, MAX_POINTER_LINKS, (link) =>
    moreLinks(MAX_POINTER_LINKS, 'from .git files and links to their repositories', link, 'have none there'),
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

/** Links on the way to what git configs name that could be replaced. */
export function looseNamed(crossed: Iterable<string>, isLoose: (link: string) => boolean): Loose<string> {
  return bounded([...crossed].filter(isLoose), MAX_CONFIG_LINKS, (link) =>
    moreLinks(MAX_CONFIG_LINKS, 'to what git configs name', link, 'let configs name fewer'),
  );
}

function moreLinks(atMost: number, way: string, link: string, help: string): string {
  return `more than ${atMost} links are on the way ${way}, so that others have been replaced, such as ${link}, is not told when the command has ended; ${help}`;
}

/** Of all ways that are open, those at which a command could put something. */
export function looseWays(ways: Iterable<OpenWay>, isLoose: (path: string) => boolean): Loose<OpenWay> {
  const loose = [...ways].filter(({ path }) => isLoose(path));
  return bounded(
    loose,
    MAX_OPEN_WAYS,
    ({ path, from }) =>
      `more than ${MAX_OPEN_WAYS} places are where .git files and links lead to no directory, or leave one by .., so that something stands at others, such as ${path} of ${from}, is not told when the command has ended; remove such files and links`,
  );
}

/** @param noteOfMore What to say of the first one beyond. */
function bounded<T>(loose: readonly T[], atMost: number, noteOfMore: (beyond: T) => string): Loose<T> {
  return { found: loose.slice(0, atMost), notes: loose.slice(atMost, atMost + 1).map(noteOfMore) };
}
