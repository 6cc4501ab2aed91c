import { MAX_POINTER_LINKS } from '../limits.js';

/** Links that could be replaced. */
interface OnWay {
  readonly links: readonly string[];
  /** What to say of them before a command begins. */
  readonly notes: readonly string[];
}

/**
 * Those on the way from a `.git` to the directory of its repository that nothing keeps as they are, as many as are looked at again.
 * @param crossed Links with the `.git` from which each was met.
 */
export function looseOnWay(crossed: ReadonlyMap<string, string>, isLoose: (link: string) => boolean): OnWay {
  const loose = [...crossed].filter(([link]) => isLoose(link));
  const [first] = loose;
  if (first === undefined) return { links: [], notes: [] };
  const [link, from] = first;
  const more = loose.length === 1 ? '' : ` (and ${loose.length - 1} more like it)`;
  const note = `${link} is a link on the way from ${from} to the directory of its repository, and could be replaced; have no link there${more}`;
  const links = loose.map(([path]) => path);
  return { links: links.slice(0, MAX_POINTER_LINKS), notes: [note, ...noteOfMore(links)] };
}

function noteOfMore({ [MAX_POINTER_LINKS]: beyond }: readonly string[]): readonly string[] {
  if (beyond === undefined) return [];
  return [
    `more than ${MAX_POINTER_LINKS} links are on the way from .git files and links to their repositories, so that others have been replaced, such as ${beyond}, is not told when the command has ended; have none there`,
  ];
}
