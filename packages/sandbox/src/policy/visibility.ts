import type { FileFacts } from '../files/file-facts.js';
import { isWithin } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { indexRules } from './access.js';
import type { Access, NormalisedPolicy, PathRule } from './path-rule.js';
import { DEFAULTS, listOf, nameOf, type RuleOrigin } from './rule-origin.js';

/** Trees that every sandbox has for itself, whatever the rules say. */
const PRIVATE_TREES = ['/proc', '/dev', '/sys'];

/** What a policy allows at a path, through its links; undefined where the path cannot be followed. */
export function accessTo(path: string, policy: NormalisedPolicy, files: FileFacts): Access | undefined {
  return decisionsIn(policy, policy.rules, files)(path)?.access;
}

/**
 * Why a path cannot be read, in a clause, and what to do, where a pattern denies it by a link or with a whole directory: whoever asks has not
 * named what that is. Undefined for any other reason. @param decisions A rule for each path that anybody named.
 */
export function unreadableByLink(
  path: string,
  decisions: readonly PathRule[],
  files: FileFacts,
): string | undefined {
  const resolved = resolvePath(path, files);
  if (resolved.kind === 'deadEnd') return undefined;
  const rule = indexRules(decisions).governing(resolved.path);
  if (rule?.access !== 'deny') return undefined;
  if (rule.whole !== undefined)
    return `since ${nameOf(rule.origin)} denies ${rule.whole.directory} as a whole: ${rule.whole.why}`;
  if (rule.byLink === undefined) return undefined;
  return `since ${nameOf(rule.origin)} denies ${rule.path}, where the link ${rule.byLink} leads, which matches its pattern; remove the link`;
}

/**
 * Whether a command could put something else at each of many paths: there, where its links lead, or in place of one of them.
 * True where nobody can tell; false for a policy that restricts no files.
 */
export function replaceableIn(
  { rules, restrictsFiles }: Pick<NormalisedPolicy, 'rules' | 'restrictsFiles'>,
  files: FileFacts,
): (path: string) => boolean {
  if (!restrictsFiles) return () => false;
  const index = indexRules(rules);
  return (path) => endsOf(path, files)?.some((end) => index.accessAt(end) === 'write') ?? true;
}

/** Who lets a command do so; undefined where nobody can tell. */
export function originOfReplacing(
  path: string,
  { rules }: Pick<NormalisedPolicy, 'rules'>,
  files: FileFacts,
): RuleOrigin | undefined {
  const index = indexRules(rules);
  const end = endsOf(path, files)?.find((at) => index.accessAt(at) === 'write');
  return end === undefined ? undefined : index.governing(end)?.origin;
}

/** A path and the links on the way there; undefined where it leads nowhere. */
function endsOf(path: string, files: FileFacts): readonly string[] | undefined {
  const resolved = resolvePath(path, files);
  if (resolved.kind === 'deadEnd') return undefined;
  return [resolved.path, ...resolved.links.map((link) => link.path)];
}

/** What holds at one path, and who decided so. */
export interface Decision {
  /** Where links lead from there. */
  readonly target: string;
  readonly access: Access;
  readonly origin: RuleOrigin;
  /** Whether there is something. */
  readonly isThere: boolean;
}

/**
 * What holds at each of many paths, through their links; undefined where a path cannot be followed.
 * @param rules Those of the policy, or all from which they were made.
 */
export function decisionsIn(
  { restrictsFiles }: Pick<NormalisedPolicy, 'restrictsFiles'>,
  rules: readonly PathRule[],
  files: FileFacts,
): (path: string) => Decision | undefined {
  const index = indexRules(rules);
  return (path) => {
    const resolved = resolvePath(path, files);
    if (resolved.kind === 'deadEnd') return undefined;
    const isPrivate = PRIVATE_TREES.some((tree) => isWithin(resolved.path, tree));
    const found = { target: resolved.path, isThere: resolved.kind !== 'missing' };
    if (isPrivate) return { ...found, access: 'read', origin: DEFAULTS.kernelTrees };
    const origin = index.governing(resolved.path)?.origin ?? listOf('intent');
    return { ...found, access: restrictsFiles ? index.accessAt(resolved.path) : 'write', origin };
  };
}
