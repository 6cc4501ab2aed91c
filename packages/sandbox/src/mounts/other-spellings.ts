import type { FileFact, FileFacts } from '../files/file-facts.js';
import { childOf, isWithinAny, parentOf, withHolders } from '../files/paths.js';
import { factsOf } from '../files/resolve-path.js';
import { MAX_SPELLED_ENTRIES } from '../limits.js';
import { mergeRules } from '../policy/access.js';
import { fileRestrictions } from '../policy/file-restrictions.js';
import { PathMap } from '../policy/path-map.js';
import type { NormalisedPolicy, PathRule } from '../policy/path-rule.js';
import { isNamedByKernel } from './case-of-names.js';
import { type Mount, visibleMounts } from './mount-table.js';

/**
 * Rules about files that a command gets past by another spelling of their names, such as `.ENV` for `.env`: where somebody else than
 * the kernel of this machine compares names, and disregards case, a file has many of them, and a mount covers one. Directories
 * have one, however they are spelled.
 * @param rules One for each path, none that says what the next one above says.
 * @param mounts Of this machine. @param files As they were when the rules were made.
 */
export function respelledFiles(
  rules: readonly PathRule[],
  mounts: readonly Mount[],
  files: Pick<FileFacts, 'look' | 'list'>,
): readonly PathRule[] {
  const byPath = new PathMap(visibleMounts(mounts));
  const isForeign = (path: string): boolean => {
    const mount = byPath.nearest(path);
    return mount !== undefined && !isNamedByKernel(mount);
  };
  return fileRestrictions(rules).filter(({ path }) => isForeign(parentOf(path)) && isRespelled(path, files));
}

/**
 * Denies the directories of such files as a whole where a pattern matches them and nobody has asked for what is in these directories:
 * else a command could have everybody refused by making one.
 * @param cwd The command must find it.
 */
export function coverSpellings(
  policy: NormalisedPolicy,
  cwd: string,
  mounts: readonly Mount[],
  files: Pick<FileFacts, 'look' | 'list'>,
): NormalisedPolicy {
  const { rules } = policy;
  const matched = respelledFiles(rules, mounts, files).filter(({ byPattern }) => byPattern === true);
  if (matched.length === 0) return policy;
  const asked = rules.filter(({ access, origin }) => access !== 'deny' && origin.source !== 'default');
  const needed = withHolders([cwd, ...asked.map(({ path }) => path)]);
  const denied = new Map(
    matched
      .filter(({ path }) => !needed.has(parentOf(path)))
      .map((rule) => [parentOf(rule.path), rule] as const)
      .flatMap(([path, rule]) => {
        const found = files.look(path);
        return found === undefined ? [] : [[path, { ...rule, path, ...factsOf(found) }] as const];
      }),
  );
  const notes = [...denied].map(([path, { origin }]) => ({
    origin,
    text: `${path} is denied as a whole, since upper and lower case are the same on its file system, and a file in it is denied`,
  }));
  const directories = new Set(denied.keys());
  const others = rules.filter(({ path }) => !isWithinAny(path, directories));
  return {
    ...policy,
    rules: mergeRules([...others, ...denied.values()]),
    notes: [...policy.notes, ...notes],
  };
}

/** Tried with the name itself, and else with that of the next directory above which is there and has letters in its name. */
function isRespelled(path: string, files: Pick<FileFacts, 'look' | 'list'>): boolean {
  const device = files.look(parentOf(path))?.device;
  for (let at = path; at !== '/'; at = parentOf(at)) {
    const found = files.look(at);
    if (files.look(parentOf(at))?.device !== device) return false;
    const other = childOf(parentOf(at), withOtherCase(nameOf(at)));
    if (found !== undefined && other !== at)
      return isSame(found, files.look(other)) && !hasEntry(other, files);
  }
  return false;
}

function isSame(one: FileFact, other: FileFact | undefined): boolean {
  return one.device === other?.device && one.inode === other.inode;
}

/** What is a file of its own, such as a hard link. */
function hasEntry(path: string, files: Pick<FileFacts, 'list'>): boolean {
  const entries = files.list(parentOf(path), MAX_SPELLED_ENTRIES);
  return entries?.some(({ name }) => name === nameOf(path)) === true;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Of letters that each such file system knows. */
function withOtherCase(name: string): string {
  return name.replace(/[a-z]+|[A-Z]+/g, (letters) =>
    letters === letters.toLowerCase() ? letters.toUpperCase() : letters.toLowerCase(),
  );
}
