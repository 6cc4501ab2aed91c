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

/** For whom such directories are denied. */
interface Seeker {
  /** The command must find it. */
  readonly cwd: string;
  /** What its intent names, whatever a ceiling allows beside that. */
  readonly asked: readonly PathRule[];
}

/**
 * Denies the directories of such files as a whole where a pattern matches them and the intent does not ask for what is in these directories:
 * else a command could have everybody refused by making one.
 */
export function coverSpellings(
  policy: NormalisedPolicy,
  { cwd, asked }: Seeker,
  mounts: readonly Mount[],
  files: Pick<FileFacts, 'look' | 'list'>,
): NormalisedPolicy {
  const { rules } = policy;
  const matched = respelledFiles(rules, mounts, files).filter(({ byPattern }) => byPattern === true);
  if (matched.length === 0) return policy;
  const named = asked.filter(({ access }) => access !== 'deny').map(({ path }) => path);
  const needed = withHolders([cwd, ...named]);
  const denied = new Map(
    matched
      .filter(({ path }) => !needed.has(parentOf(path)))
      .map((rule) => [parentOf(rule.path), rule] as const)
      .flatMap(([path, rule]) => {
        const found = files.look(path);
        return found === undefined ? [] : [[path, { ...rule, path, ...factsOf(path, found) }] as const];
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

/**
 * Tried with the name itself, else with that of the next directory above which is there and has letters in its name, and else with what
 * lies beside it. Where nothing can be tried, each name that could be spelled otherwise counts as one that is.
 */
function isRespelled(path: string, files: Pick<FileFacts, 'look' | 'list'>): boolean {
  const directory = parentOf(path);
  const device = files.look(directory)?.device;
  for (let at = path; at !== '/' && files.look(parentOf(at))?.device === device; at = parentOf(at)) {
    const answer = answersToOther(at, files);
    if (answer !== undefined) return answer;
  }
  for (const { name } of files.list(directory, MAX_SPELLED_ENTRIES) ?? []) {
    const answer = answersToOther(childOf(directory, name), files);
    if (answer !== undefined) return answer;
  }
  return OF_SEVERAL_SPELLINGS.test(nameOf(path));
}

/** Whether what stands at a path answers to another spelling; undefined where nothing does, or its name has none to try. */
function answersToOther(path: string, files: Pick<FileFacts, 'look' | 'list'>): boolean | undefined {
  const found = files.look(path);
  const name = nameOf(path);
  const otherName = withOtherCase(name);
  if (found === undefined || otherName === name) return undefined;
  const other = files.look(childOf(parentOf(path), otherName));
  if (other === undefined) return false;
  const entries = files.list(parentOf(path), MAX_SPELLED_ENTRIES) ?? [];
  if (entries.length === 0) return isSame(found, other);
  // Files with entries of their own are two, or one with a hard link. What has none may have another number under each name.
  const names = new Set(entries.map((entry) => entry.name));
  return !names.has(name) || !names.has(otherName);
}

function isSame(one: FileFact, other: FileFact): boolean {
  return one.device === other.device && one.inode === other.inode;
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

/** Letters outside of ASCII have another case as well, or can be put together otherwise. */
const OF_SEVERAL_SPELLINGS = /[A-Za-z]|\P{ASCII}/u;
