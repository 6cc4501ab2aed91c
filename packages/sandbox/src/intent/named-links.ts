import type { FileFacts } from '../files/file-facts.js';
import { isWithin, parentOf } from '../files/paths.js';
import { type CrossedLink, resolvePath } from '../files/resolve-path.js';
import { indexRules } from '../policy/access.js';
import type { Access, PathRule, PolicyNote } from '../policy/path-rule.js';
import type { RuleOrigin } from '../policy/rule-origin.js';
import type { ExecutorRoots } from './executor-roots.js';
import { isFillable } from './fillable-places.js';

/** A path of an entry that stands for another one, through links. */
export interface NamedLink {
  readonly path: string;
  readonly target: string;
  readonly access: Exclude<Access, 'read'>;
  readonly origin: RuleOrigin;
  readonly links: readonly CrossedLink[];
}

/**
 * Tells of entries that go through links which a command may make: those where the policy lets it write, and for what may be written
 * those in the working directory, which an earlier command could have written. The next start with the same entries denies,
 * or opens, whatever they lead to then.
 * @param rules One for each path.
 */
export function notesOfNamedLinks(
  named: readonly NamedLink[],
  rules: readonly PathRule[],
  { cwd }: ExecutorRoots,
  files: FileFacts,
): readonly PolicyNote[] {
  if (named.length === 0) return [];
  const index = indexRules(rules);
  const own = resolvePath(cwd, files);
  const workplace = own.kind === 'deadEnd' ? cwd : own.path;
  return named.flatMap((one) => {
    const link = one.links.find(({ path }) => isFillable(parentOf(path), index, files));
    if (link !== undefined) return [replaceableNote(one, link)];
    const leadingOut = isWithin(one.target, workplace)
      ? undefined
      : one.links.find(({ path }) => isWithin(path, workplace));
    return leadingOut === undefined || one.access === 'deny'
      ? []
      : [leadingOutNote(one, leadingOut, workplace)];
  });
}

function replaceableNote(
  { path, target, access, origin }: NamedLink,
  { path: link }: CrossedLink,
): PolicyNote {
  const then = access === 'deny' ? 'denies' : 'opens';
  const text = `${path} leads to ${target} by the link ${link}, which a command may replace: the next start ${then} what it leads to then; name ${target}`;
  return { origin, text, ...(access === 'deny' ? { isGap: true } : {}) };
}

function leadingOutNote(
  { path, target, origin }: NamedLink,
  { path: link }: CrossedLink,
  workplace: string,
): PolicyNote {
  const text = `${path} leads to ${target}, out of ${workplace}, by the link ${link}, and can be written there; name that directory if it is meant`;
  return { origin, text };
}
