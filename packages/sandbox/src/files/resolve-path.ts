import { ExecError } from '@holdfast/exec-protocol';
import { MAX_LINKED_NAMES, MAX_LINKS_FOLLOWED } from '../limits.js';
import { errorCode, NOT_TEXT } from './error-code.js';
import type { FileFact, FileFacts } from './file-facts.js';

import { mayEnter } from './may-enter.js';
import { childOf, namesOf, parentOf } from './paths.js';
import { isSharedByAll } from './shared-by-all.js';
import { StalePlan } from './stale-plan.js';
import { Unseen } from './unseen.js';

/** A link on the way to a path. */
export interface CrossedLink {
  readonly path: string;
  /** Where it leads, as it is written. */
  readonly target: string;
}

/** A path with every link on its way followed. */
export interface ResolvedPath {
  /** The canonical path. Below `missingFrom` it is what the path would be. */
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'missing';
  /** Which directory or file it was, or undefined where it is missing. */
  readonly identity: FileIdentity | undefined;
  /** The first name on the way that does not exist. */
  readonly missingFrom: string | undefined;
  readonly isShared: boolean;
  readonly links: readonly CrossedLink[];
  /** Directories that are left again by `..`, and the first missing name if one behind it is; left out where there are none. */
  readonly left?: readonly string[];
}

/** What stays the same when a file is renamed, and differs when another one takes its name. */
export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
  /** When it was made, for who compares files over time: a file system gives the number of one that has gone to another. */
  readonly bornMs?: number | undefined;
}

/** A path that cannot be followed to its end, so that nobody can tell what it stands for. */
interface DeadEnd {
  readonly kind: 'deadEnd';
  /**
   * A link that leads in a circle, through more links than the kernel follows or more names than we do, or to a name that
   * is not UTF-8; else a directory that cannot be entered.
   */
  readonly at: string;
  readonly isLink: boolean;
  /** It is neither, but was not looked at, so that nobody knows what stands there. */
  readonly isUnseen?: true;
  /** `at` is a directory that this user may not enter. */
  readonly isShut?: boolean;
  /** A clause that says so. */
  readonly why: string;
}

/** What a path comes to. */
export type Resolution = ResolvedPath | DeadEnd;

/**
 * Follows every link of an absolute path, as the kernel would, and goes on by name alone where nothing exists.
 * @throws StalePlan when a link on the way is replaced meanwhile.
 */
export function resolvePath(path: string, files: FileFacts): Resolution {
  const links: CrossedLink[] = [];
  const pending = [...namesOf(path)].reverse();
  let current = enterKnown('/', pending, files);
  let missingFrom: string | undefined;
  let linkedNames = 0;
  const left = new Set<string>();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    current = stepTo(name, current, missingFrom, left);
    if (missingFrom !== undefined) continue;
    if (name === '..') {
      current = enterKnown(current, pending, files);
      continue;
    }
    const seen = see(current, files);
    if (seen.kind === 'deadEnd') return seen;
    if (seen.found === undefined) missingFrom = current;
    if (seen.target === undefined) continue;
    const names = namesOf(seen.target);
    linkedNames += names.length;
    const detour = detourOf(links.length, linkedNames);
    if (detour !== undefined) return endAt(current, detour);
    links.push({ path: current, target: seen.target });
    pending.push(...[...names].reverse());
    current = enterKnown(seen.target.startsWith('/') ? '/' : parentOf(current), pending, files);
  }
  const end = missingFrom === undefined ? see(current, files) : NOTHING;
  if (end.kind === 'deadEnd') return end;
  return { path: current, missingFrom, links, ...leftBehind(left), ...factsOf(current, end.found) };
}

/** @param left Takes down what is left by `..`. */
function stepTo(name: string, current: string, missingFrom: string | undefined, left: Set<string>): string {
  if (name !== '..') return childOf(current, name);
  left.add(missingFrom ?? current);
  return parentOf(current);
}

function leftBehind(left: ReadonlySet<string>): Pick<ResolvedPath, 'left'> {
  return left.size === 0 ? {} : { left: [...left] };
}

/** What stands at a name, and where it leads if it is a link. */
interface Seen {
  readonly kind: 'seen';
  readonly found: FileFact | undefined;
  readonly target: string | undefined;
}

const NOTHING: Seen = { kind: 'seen', found: undefined, target: undefined };

function see(path: string, files: FileFacts): Seen | DeadEnd {
  try {
    const found = files.look(path);
    if (found?.kind === 'directory') files.directories?.add(path);
    return { kind: 'seen', found, target: found?.kind === 'link' ? targetOf(path, files) : undefined };
  } catch (error) {
    // The look itself was refused, whatever it is at.
    if (error instanceof ExecError) throw error;
    if (error instanceof Unseen) {
      const why = `${path} is not looked at, since ${error.message}`;
      return { kind: 'deadEnd', at: path, isLink: false, isUnseen: true, why };
    }
    if (errorCode(error) === NOT_TEXT) return endAt(path, 'leads to a name that is not UTF-8');
    return keptOutAt(path, error, files);
  }
}

/** Of what fails by itself, or below a directory that cannot be entered. */
function keptOutAt(path: string, error: unknown, files: FileFacts): DeadEnd {
  const directory = parentOf(path);
  const isEntered = mayEnter(directory, files);
  const at = isEntered ? path : directory;
  const cause = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why = `${at} cannot be looked ${isEntered ? 'at' : 'into'} (${cause})`;
  return { kind: 'deadEnd', at, isLink: false, isShut: !isEntered && cause === 'EACCES', why };
}

/** Of what was a link a moment ago. */
function targetOf(link: string, files: FileFacts): string {
  try {
    return files.readLink(link);
  } catch (error) {
    if (!NO_LINK.has(errorCode(error))) throw error;
    throw new StalePlan(link, 'was replaced', undefined, { cause: error });
  }
}

const NO_LINK: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOENT', 'ENOTDIR']);

/**
 * Goes on to the last directory on the way that was seen before, so that a deep one is not walked through for each path in it.
 * @param pending Names, the next one last; those that are passed are taken off.
 */
function enterKnown(current: string, pending: string[], { directories }: FileFacts): string {
  if (directories === undefined) return current;
  const count = pending.length - 1 - pending.lastIndexOf('..');
  const below = current === '/' ? '' : current;
  const pathAt = (names: number): string =>
    names === 0 ? current : `${below}/${pending.slice(-names).reverse().join('/')}`;
  // Whoever has seen a directory has seen all above it; mostly not even the first one was.
  let [known, unknown] = [0, count + 1];
  for (let next = 1; next < unknown; next *= 2) {
    if (directories.has(pathAt(next))) known = next;
    else unknown = next;
  }
  while (unknown - known > 1) {
    const middle = (known + unknown) >> 1;
    if (directories.has(pathAt(middle))) known = middle;
    else unknown = middle;
  }
  const path = pathAt(known);
  pending.length -= known;
  return path;
}

/** Why one link more is not followed, if that is so. */
function detourOf(links: number, names: number): string | undefined {
  if (links >= MAX_LINKS_FOLLOWED) return 'leads in a circle';
  return names > MAX_LINKED_NAMES ? 'leads too far around' : undefined;
}

function endAt(link: string, why: string): DeadEnd {
  return { kind: 'deadEnd', at: link, isLink: true, why: `the link ${link} ${why}` };
}

/** What a look at a canonical path says of it. */
export function factsOf(
  path: string,
  found: FileFact | undefined,
): Pick<ResolvedPath, 'kind' | 'identity' | 'isShared'> {
  // A link that took the place of what was looked at a moment ago is not followed again.
  if (found === undefined || found.kind === 'link')
    return { kind: 'missing', identity: undefined, isShared: false };
  return { kind: found.kind, identity: identityOf(found), isShared: isSharedByAll(path, found) };
}

/** By what a file is known later. */
export function identityOf({ device, inode, bornMs }: FileFact): FileIdentity {
  return { device, inode, bornMs };
}
