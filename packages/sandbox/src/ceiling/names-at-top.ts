import type { FileFacts } from '../files/file-facts.js';
import { childOf, parentOf } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { operatorNamesAt } from './operator-names.js';
import type { ProtectedPath } from './protect-git.js';

/** Names at the top of each writable root, and from a home down to it, that restricted policies leave as they are. */
export interface NamesAtTop {
  /** Those that stay missing as well. */
  readonly protectedNames: readonly string[];
  /** The same, by the `protectedNames` of the ceiling that an operator wrote; default none. */
  readonly operatorNames?: readonly string[] | undefined;
  /** More of them, which are left alone while they are missing. */
  readonly protectedIfThere: readonly string[];
  /** What stays as it is, or missing, where the root is a home of the user, or lies in one. */
  readonly home: ProtectedHome;
}

/** The homes of a user, and names in them. */
interface ProtectedHome {
  /** Absolute paths; a link may lead there. */
  readonly paths: readonly string[];
  /** Names that bear an empty file while they are missing. */
  readonly files: readonly string[];
  /** Names that bear an empty directory; one further down is left alone while the directory above it is missing. */
  readonly directories: readonly string[];
}

/** What is to be protected at the top of a root, which is canonical, and in a home what lies further down. */
export function protectedAtTop(root: string, names: NamesAtTop, files: FileFacts): readonly ProtectedPath[] {
  const { protectedNames, operatorNames = [], protectedIfThere, home } = names;
  const belowHome = beginningsAt(root, names, files);
  const isHome = home.paths.some((path) => leadsTo(path, root, files));
  const atHome = [...(isHome ? [''] : []), ...belowHome].flatMap((beginning) =>
    inHome(
      root,
      { files: restsOf(home.files, beginning), directories: restsOf(home.directories, beginning) },
      files,
    ),
  );
  const known = new Set(atHome.map(({ path }) => path));
  const withRests = (all: readonly string[]): readonly string[] => [
    ...all,
    ...belowHome.flatMap((beginning) => restsOf(all, beginning)),
  ];
  return [
    ...withRests(protectedNames).map((name) => ({ path: childOf(root, name), linksInto: [root] })),
    ...atHome,
    ...operatorNamesAt(root, operatorNames),
    ...withRests(protectedIfThere)
      .map((name) => childOf(root, name))
      .filter((path) => !known.has(path))
      .map((path) => ({ path, onlyIfThere: true as const })),
  ];
}

/** With what names of a home begin that lead to the root, such as `.config/`. */
function beginningsAt(
  root: string,
  { protectedNames, protectedIfThere, home }: NamesAtTop,
  files: FileFacts,
): readonly string[] {
  const names = [...protectedNames, ...protectedIfThere, ...home.files, ...home.directories];
  const beginnings = new Set(
    names.flatMap((name) => [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index + 1))),
  );
  return [...beginnings].filter((beginning) =>
    home.paths.some((path) => leadsTo(childOf(path, beginning), root, files)),
  );
}

/** What of names comes behind their beginning. */
function restsOf(names: readonly string[], beginning: string): readonly string[] {
  return names.filter((name) => name.startsWith(beginning)).map((name) => name.slice(beginning.length));
}

function leadsTo(path: string, root: string, files: FileFacts): boolean {
  const resolved = resolvePath(path, files);
  return resolved.kind === 'directory' && resolved.path === root;
}

function inHome(
  root: string,
  names: Pick<ProtectedHome, 'files' | 'directories'>,
  files: FileFacts,
): readonly ProtectedPath[] {
  const linksInto = [root];
  return [
    ...names.files.map((name) => ({ path: childOf(root, name), linksInto, placeholderText: '' as const })),
    ...names.directories
      .map((name) => childOf(root, name))
      .filter((path) => resolvePath(parentOf(path), files).kind !== 'missing')
      .map((path) => ({ path, linksInto })),
  ];
}
