import type { FileFacts } from '../files/file-facts.js';
import { childOf, parentOf } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { operatorNamesAt } from './operator-names.js';
import type { ProtectedPath } from './protect-git.js';

/** Names at the top of each writable root that restricted policies leave as they are. */
export interface NamesAtTop {
  /** Those that stay missing as well. */
  readonly protectedNames: readonly string[];
  /** The same, by the `protectedNames` of the ceiling that an operator wrote; default none. */
  readonly operatorNames?: readonly string[] | undefined;
  /** More of them, which are left alone while they are missing. */
  readonly protectedIfThere: readonly string[];
  /** What stays as it is, or missing, where the root is a home of the user. */
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

/** What is to be protected at the top of a root, which is canonical. */
export function protectedAtTop(root: string, names: NamesAtTop, files: FileFacts): readonly ProtectedPath[] {
  const { protectedNames, operatorNames = [], protectedIfThere, home } = names;
  const atHome = home.paths.some((path) => leadsTo(path, root, files)) ? inHome(root, home, files) : [];
  const known = new Set(atHome.map(({ path }) => path));
  return [
    ...protectedNames.map((name) => ({ path: childOf(root, name), linksInto: [root] })),
    ...atHome,
    ...operatorNamesAt(root, operatorNames),
    ...protectedIfThere
      .map((name) => childOf(root, name))
      .filter((path) => !known.has(path))
      .map((path) => ({ path, onlyIfThere: true as const })),
  ];
}

function leadsTo(path: string, root: string, files: FileFacts): boolean {
  const resolved = resolvePath(path, files);
  return resolved.kind === 'directory' && resolved.path === root;
}

function inHome(root: string, home: ProtectedHome, files: FileFacts): readonly ProtectedPath[] {
  const linksInto = [root];
  return [
    ...home.files.map((name) => ({ path: childOf(root, name), linksInto, placeholderText: '' as const })),
    ...home.directories
      .map((name) => childOf(root, name))
      .filter((path) => resolvePath(parentOf(path), files).kind !== 'missing')
      .map((path) => ({ path, linksInto })),
  ];
}
