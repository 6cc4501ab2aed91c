import type { FileFacts } from '../files/file-facts.js';
import type { LookPool } from '../files/look-pool.js';
import { seenAt } from '../files/may-enter.js';
import { notingLinks } from '../files/noting-links.js';
import { ancestorsOf, childOf, MAX_PATH_BYTES, parentOf, withHolders } from '../files/paths.js';
import { type Resolution, resolvePath } from '../files/resolve-path.js';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';
import type { OpenWay } from '../policy/open-way.js';
import { isLinkedWorktree, isRepository } from '../repositories/git-directory.js';
import type { ScannedTree } from '../repositories/scan-tree.js';

/** A `.git` that leads where nobody looks. */
export interface Unfollowed {
  readonly path: string;
  /** A clause. */
  readonly why: string;
}

/** What git reads and could be told to run: the directories of repositories, and the files that point to them. */
export interface GitPlaces {
  /** Directories with hooks and config of their own, canonical, in the order in which they were found. */
  readonly directories: readonly string[];
  /** `.git` files, or what links of that name lead to, which say where the directory of a worktree or submodule is, and directories that hide one. */
  readonly pointers: readonly string[];
  /** Where the files of such a directory are checked out, by directory, as far as that was found. */
  readonly worktrees: ReadonlyMap<string, readonly string[]>;
  /** Links that are called `.git`. */
  readonly links: readonly string[];
  /** Other links that were followed from a `.git`, to nothing and in circles too, each with the first such `.git`. */
  readonly crossed: ReadonlyMap<string, string>;
  /** By path. */
  readonly openWays: ReadonlyMap<string, OpenWay>;
  /** Those of either kind that lead too far, so that nobody knows where they end. */
  readonly unfollowed: readonly Unfollowed[];
}

/** The repositories that hold these directories, bare ones too: git that is run there reads their configs. */
export function gitPlacesAround(directories: readonly string[], looks: LookPool): GitPlaces {
  const above = [...new Set(directories.flatMap((directory) => ancestorsOf(directory)))];
  const isThere = (path: string): boolean => typeof seenAt(path, looks.filesFor(path)) === 'object';
  const gitPaths = above.map((directory) => childOf(directory, '.git')).filter(isThere);
  const repositories = above.filter((directory) => {
    const isIn = (name: string): boolean => isThere(childOf(directory, name));
    return isRepository(isIn) || isLinkedWorktree(isIn);
  });
  return gitPlacesIn({ gitPaths, repositories }, looks);
}

/** What was found below a directory, as it is now. */
export function gitPlacesIn(
  { gitPaths, repositories }: Pick<ScannedTree, 'gitPaths' | 'repositories'>,
  looks: LookPool,
): GitPlaces {
  const directories = new Set<string>(repositories);
  const pointers = new Set<string>();
  const worktrees = new Map<string, string[]>();
  const links: string[] = [];
  const crossed = new Map<string, string>();
  const openWays = new Map<string, OpenWay>();
  const unfollowed: Unfollowed[] = [];
  for (const path of gitPaths) {
    const found = resolvePath(path, filesFrom(path, looks.filesFor(path), crossed));
    links.push(...linkAt(path, found));
    if (found.kind === 'file') pointers.add(found.path);
    const target = found.kind === 'file' ? resolvePointer(path, found.path, looks, crossed) : found;
    if (target === undefined) continue;
    for (const way of [...waysPast(path, found), ...waysPast(path, target)]) openWays.set(way.path, way);
    if (target.kind !== 'deadEnd') {
      if (found.kind === 'file' && target.kind !== 'directory') continue;
      directories.add(target.path);
      worktrees.set(target.path, [...(worktrees.get(target.path) ?? []), parentOf(path)]);
    } else if (target.isUnseen === true) {
      unfollowed.push({ path, why: target.why });
    } else if (!target.isLink) {
      pointers.add(target.at);
    }
  }
  return {
    directories: [...directories],
    pointers: [...pointers],
    worktrees,
    links,
    crossed,
    openWays,
    unfollowed,
  };
}

/** The path itself, where that is a link. */
function linkAt(path: string, found: Resolution): readonly string[] {
  return found.kind !== 'deadEnd' && found.links.some((link) => link.path === path) ? [path] : [];
}

/** The same files, where links that are followed from a `.git` are taken down, unless that is one. */
function filesFrom(from: string, files: FileFacts, crossed: Map<string, string>): FileFacts {
  return notingLinks(files, (link) => {
    if (link !== from && !crossed.has(link)) crossed.set(link, from);
  });
}

/** Directories on the way from a `.git` that are left again, and the end where that is no directory, but for what has to stay for a link or that `.git` itself. */
function waysPast(from: string, found: Resolution): readonly OpenWay[] {
  if (found.kind === 'deadEnd') return [];
  const { left = [], links, path, kind, missingFrom } = found;
  const known = withHolders([from, ...links.map((link) => link.path)]);
  const passed = left.filter((at) => at !== missingFrom && !known.has(at));
  // What lies behind a missing name that is left again nobody knows.
  const end = missingFrom !== undefined && left.includes(missingFrom) ? missingFrom : path;
  return [
    ...passed.map((at) => ({ path: at, from, isPassed: true })),
    ...(kind === 'directory' || path === from ? [] : [{ path: end, from, isPassed: false }]),
  ];
}

/** Undefined for a file that points nowhere. @param file What is read at the pointer, behind its links. */
function resolvePointer(
  pointer: string,
  file: string,
  looks: LookPool,
  crossed: Map<string, string>,
): Resolution | undefined {
  const text = looks.files.readText(file);
  if (text === undefined) return { kind: 'deadEnd', at: pointer, isLink: false, isUnseen: true, why: UNREAD };
  const target = targetIn(text);
  if (target === undefined) return undefined;
  const absolute = target.startsWith('/') ? target : childOf(parentOf(pointer), target);
  return resolvePath(absolute, filesFrom(pointer, looks.filesForNamed(), crossed));
}

/** As git reads it: what follows the first blank is the path, but for the end of its line. */
function targetIn(bytes: string): string | undefined {
  const [text = ''] = bytes.split('\0', 1);
  if (!text.startsWith(POINTER_START)) return undefined;
  let end = text.length;
  while (text.charCodeAt(end - 1) === LINE_FEED || text.charCodeAt(end - 1) === RETURN) end -= 1;
  const target = text.slice(POINTER_START.length, end);
  return target === '' || target.length > MAX_PATH_BYTES ? undefined : target;
}

const UNREAD = `it has more than ${MAX_SMALL_FILE_BYTES} bytes, or is no file that can be read`;

const LINE_FEED = 10;
const RETURN = 13;

const POINTER_START = 'gitdir: ';
