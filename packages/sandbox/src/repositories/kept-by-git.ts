/** What git and its extensions keep in a repository. It is much, and seldom holds another one. */
export const KEPT_BY_GIT: ReadonlySet<string> = new Set(
  'annex branches hooks info lfs logs objects refs rr-cache svn'.split(' '),
);

/**
 * Whether a directory of a repository stays as it is, or is filled by programs with thousands of files that they name by what these hold.
 * @param inside Its path in there.
 */
export function isFilledByGit(inside: string): boolean {
  return FILLED_BY_GIT.test(inside);
}

/** The same of directories of objects alone. */
export function holdsObjects(inside: string): boolean {
  return OBJECTS.test(inside);
}

/**
 * Whether something is left out where repositories are looked for: such a directory in one called `.git`. The names of a path alone may decide about that:
 * nobody can rename what is above a repository that was found, but anybody can make a directory look like one.
 */
export function isLeftOut(path: string): boolean {
  const at = path.lastIndexOf(IN_GIT);
  return at !== -1 && isFilledByGit(path.slice(at + IN_GIT.length));
}

const IN_GIT = '/.git/';

const FILLED_BY_GIT = /^(?:hooks|objects\/[0-9a-f]{2}|(?:annex|lfs)\/objects)$/;

const OBJECTS = /^objects\/[0-9a-f]{2}$/;
