import type { FileFacts } from '../files/file-facts.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { depthOf, holdersOf, isWithin, parentOf } from '../files/paths.js';
import type { FileIdentity } from '../files/resolve-path.js';
import { StalePlan } from '../files/stale-plan.js';
import type { MountStep } from '../mounts/mount-step.js';
import { indexRules, type RuleIndex } from '../policy/access.js';
import { refuseInOwnTree } from '../policy/own-trees.js';
import type { NormalisedPolicy, PathRule, PlaceholderText } from '../policy/path-rule.js';
import { DEFAULTS, nameOf } from '../policy/rule-origin.js';
import type { MountRule } from './mask-crowds.js';

/** What stands at a missing path while the sandbox runs, because something must be there to cover. */
export type Placeholder = {
  readonly path: string;
  /** Which directory it is in. */
  readonly directory: FileIdentity;
} & ({ readonly kind: 'directory' } | { readonly kind: 'file'; readonly text: PlaceholderText });

/** The mount table of a sandbox, and what the host must have for it. */
export interface MountPlan {
  readonly steps: readonly MountStep[];
  readonly placeholders: readonly Placeholder[];
}

/** A tree that every sandbox has for itself, and that may be closed in it. */
export type SealableTree = '/dev' | '/proc';

/** What of a policy is enforced by mounts. */
export interface MountedPolicy extends Pick<NormalisedPolicy, 'restrictsFiles' | 'links'> {
  readonly rules: readonly MountRule[];
}

/**
 * The mounts that enforce a policy.
 * @param files As they were when the policy was made.
 * @param sealed Those of the trees that are the sandbox's own in which nothing can be written, but to devices; default none.
 * @param kept What else must keep its name, such as `movablePlaces`; default nothing.
 * @throws ExecError `sandboxUnsupported` where a rule lies in a tree that every sandbox has for itself; StalePlan where
 *   something is missing in what is no directory any more.
 */
export function planMounts(
  policy: MountedPolicy,
  files: Pick<FileFacts, 'look'>,
  sealed: readonly SealableTree[] = [],
  kept: readonly string[] = [],
): MountPlan {
  const seal = (path: SealableTree): readonly MountStep[] =>
    sealed.includes(path) ? [{ kind: 'makeReadOnly', path }] : [];
  const kernel: readonly MountStep[] = [{ kind: 'privateProcesses' }, ...seal('/proc')];
  if (!policy.restrictsFiles) return { steps: [{ kind: 'bindEverything' }, ...kernel], placeholders: [] };
  const rules = policy.rules.filter(isOutsideOfKernelTrees);
  const own: readonly MountStep[] = [{ kind: 'privateDevices' }, ...seal('/dev'), ...kernel];
  const index = indexRules(rules);
  const base = index.accessAt('/');
  const holders = holdersOf(rules.map(({ path }) => path));
  const steps: readonly MountStep[] = [
    { kind: 'sealHost' },
    baseStep(base),
    ...(base === 'deny' ? linkSteps(policy, index) : []),
    ...(base === 'write' ? [] : own),
    ...pinSteps([...rules.map(({ path }) => path), ...kept], index),
    // Pins below the root of all are buried by that, and so would these be.
    ...(base === 'write' ? own : []),
    ...(base === 'write' ? [SYSFS] : []),
    ...(base === 'deny' ? [] : coversInSysfs(policy.rules)),
    ...rules.filter(({ path }) => path !== '/').flatMap((rule) => ruleSteps(rule, holders)),
    ...sealSteps(rules, holders, base),
  ];
  const missing = rules.filter(({ kind }) => kind === 'missing');
  return { steps, placeholders: missing.map((rule) => placeholderOf(rule, files)) };
}

// Whoever owns a file of sysfs may write it, however little else he may do.
const SYSFS = {
  kind: 'bind',
  path: '/sys',
  access: 'read',
  identity: undefined,
} as const satisfies MountStep;

function isOutsideOfKernelTrees(rule: PathRule): boolean {
  if (rule.access === 'deny' && !isKernels(rule)) refuseInOwnTree(rule.path, nameOf(rule.origin));
  return kernelTreeOf(rule.path) === undefined;
}

/** Hides what the kernel has mounted in /sys: of the trees of its own a sandbox shares this one with the machine. */
function coversInSysfs(rules: readonly MountRule[]): readonly MountStep[] {
  const paths = rules
    .filter((rule) => rule.access === 'deny' && isKernels(rule) && isWithin(rule.path, SYSFS.path))
    .map(({ path }) => path);
  const outermost = paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other)));
  return outermost.flatMap((path) => emptySteps(path, '000'));
}

function isKernels({ origin }: PathRule): boolean {
  return origin.source === 'default' && origin.entry === DEFAULTS.kernelTrees.entry;
}

function baseStep(base: PathRule['access']): MountStep {
  if (base === 'deny') return { kind: 'emptyDirectory', path: '/', mode: '755' };
  return { kind: 'bind', path: '/', access: base, identity: undefined };
}

/** Programs are called through links such as /bin, which an empty root does not have. */
function linkSteps({ links }: MountedPolicy, index: RuleIndex): readonly MountStep[] {
  const hidden = links.filter(({ path }) => index.accessAt(parentOf(path)) === 'deny');
  const byPath = new Map(hidden.map(({ path, target }) => [path, target]));
  return [...byPath].map(([path, target]): MountStep => ({ kind: 'link', path, target }));
}

/**
 * A restriction holds for a name, so no directory above it may be renamed. The kernel renames no directory on which
 * something is mounted, even where another mount hides that: the mounts made here are buried by those that follow.
 */
function pinSteps(paths: readonly string[], index: RuleIndex): readonly MountStep[] {
  const pins = new Set<string>();
  const roots = new Map<string, PathRule>();
  for (const path of paths) {
    const root = index.governing(parentOf(path));
    if (root?.access !== 'write' || root.path === path) continue;
    let at = parentOf(path);
    if (at === root.path) continue;
    // Above what is pinned already, all is, up to the same root.
    for (; at !== root.path && !pins.has(at); at = parentOf(at)) pins.add(at);
    roots.set(root.path, root);
  }
  // On an empty root the directories to pin are not there yet.
  const early =
    index.accessAt('/') === 'deny' ? [...roots.values()].map((root) => bindStep(root, 'read')) : [];
  const depths = new Map([...pins].map((path) => [path, depthOf(path)]));
  const deepestFirst = [...pins].sort((one, other) => (depths.get(other) ?? 0) - (depths.get(one) ?? 0));
  return [
    ...early,
    ...deepestFirst.map((path): MountStep => ({ kind: 'emptyDirectory', path, mode: '755' })),
    // Other roots are mounted later and bury their pins; the root of all was mounted first.
    ...(roots.has('/') ? [baseStep('write')] : []),
  ];
}

/** @param holders The directories that have rules for something in them. */
function ruleSteps(rule: MountRule, holders: ReadonlySet<string>): readonly MountStep[] {
  const { path, access, kind, isMask = false } = rule;
  if (kind === 'missing') return [{ kind: 'bind', path, access: 'read', identity: 'placeholder' }];
  if (access !== 'deny') return [bindStep(rule, access)];
  if (kind === 'file') return [{ kind: 'unreadableFile', path }];
  if (holders.has(path)) return [{ kind: 'emptyDirectory', path, mode: isMask ? '755' : '111' }];
  return emptySteps(path, isMask ? '755' : '000');
}

/** Closed at once: bubblewrap reads the whole mount table for it, which is shorter now than at the end. */
function emptySteps(path: string, mode: '000' | '755'): readonly MountStep[] {
  return [
    { kind: 'emptyDirectory', path, mode },
    { kind: 'makeReadOnly', path },
  ];
}

function bindStep({ path, identity }: PathRule, access: 'read' | 'write'): MountStep {
  return { kind: 'bind', path, access, identity };
}

/** Closes the empty directories that hold something, once that is in place. */
function sealSteps(
  rules: readonly PathRule[],
  holders: ReadonlySet<string>,
  base: PathRule['access'],
): readonly MountStep[] {
  const paths = rules
    .filter(({ path, access, kind }) => access === 'deny' && kind === 'directory' && holders.has(path))
    .map(({ path }) => path)
    .filter((path) => path !== '/')
    .sort((one, other) => depthOf(other) - depthOf(one));
  return [...paths, ...(base === 'deny' ? ['/'] : [])].map(
    (path): MountStep => ({ kind: 'makeReadOnly', path }),
  );
}

function placeholderOf(
  { path, placeholderText: text }: PathRule,
  files: Pick<FileFacts, 'look'>,
): Placeholder {
  const found = files.look(parentOf(path));
  if (found?.kind !== 'directory')
    throw new StalePlan(parentOf(path), found === undefined ? 'has gone' : 'was replaced');
  const at = { path, directory: { device: found.device, inode: found.inode } };
  return text === undefined ? { ...at, kind: 'directory' } : { ...at, kind: 'file', text };
}
