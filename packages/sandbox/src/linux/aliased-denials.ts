import type { FileFacts } from '../files/file-facts.js';
import { isSharedByAll } from '../files/hands.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { isWithinAny } from '../files/paths.js';
import { remotePlaces } from '../launch/kinds-of-mounts.js';
import { MountPlaces } from '../launch/mount-places.js';
import type { Mount } from '../launch/mount-table.js';
import { indexRules, mergeRules } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';

/**
 * Rules with those for what is denied at one place and mounted at another one, too, as by `mount --bind`: it is denied there as well,
 * unless that very place is named by a rule of its own.
 * @param mounts Of this machine. @param files As they were when the rules were made.
 */
export function withAliasedDenials(
  rules: readonly PathRule[],
  mounts: readonly Mount[],
  files: Pick<FileFacts, 'look'>,
): readonly PathRule[] {
  const places = new MountPlaces(mounts);
  if (!places.hasAliases) return rules;
  const index = indexRules(rules);
  const remote = remotePlaces(mounts);
  const isOpen = (path: string): boolean =>
    index.at(path) === undefined &&
    index.accessAt(path) !== 'deny' &&
    kernelTreeOf(path) === undefined &&
    // What may never answer is not asked.
    !isWithinAny(path, remote);
  const aliases = rules
    .filter(({ path, access, kind }) => access === 'deny' && kind !== 'missing' && path !== '/')
    .flatMap((rule) =>
      places
        .aliasesOf(rule.path)
        .filter(isOpen)
        .flatMap((path) => ruleFor(path, rule, files)),
    );
  return aliases.length === 0 ? rules : mergeRules([...rules, ...aliases]);
}

function ruleFor(path: string, { origin }: PathRule, files: Pick<FileFacts, 'look'>): readonly PathRule[] {
  const found = look(path, files);
  if (found === undefined || found.kind === 'link') return [];
  const { kind, device, inode } = found;
  return [
    { path, access: 'deny', kind, identity: { device, inode }, origin, isShared: isSharedByAll(found) },
  ];
}

/** What this user does not get to, no command of theirs does. */
function look(path: string, files: Pick<FileFacts, 'look'>): ReturnType<FileFacts['look']> {
  try {
    return files.look(path);
  } catch {
    return undefined;
  }
}
