import type { FileFacts } from '../files/file-facts.js';
import { parentOf } from '../files/paths.js';
import { type CrossedLink, type ResolvedPath, resolvePath } from '../files/resolve-path.js';
import { indexRules, mergeRules, type RuleIndex } from '../policy/access.js';
import type { NormalisedPolicy, PathRule, PolicyNote } from '../policy/path-rule.js';
import { findGlobMatches, type GlobBudget, newGlobBudget } from './deny-glob.js';
import type { ExecutorRoots } from './executor-roots.js';
import { expandEntry } from './expand-entry.js';
import { nativePath } from './native-path.js';
import { refuse } from './refuse.js';
import type { IntentEntry, SandboxIntent } from './schema.js';

/** Whether the patterns of an intent are bound to what they match now, which means to look through many directories. */
export type Patterns = 'bound' | 'leftOut';

/**
 * The first phase: binds an intent to this executor. Undefined where the intent asks for no confinement at all.
 * @param patterns Left out, what they deny is not denied: for whoever asks what may be written at most.
 * @throws ExecError `sandboxUnsupported`, naming the entry that cannot be enforced and what to do about it.
 */
export function normalise(
  intent: SandboxIntent,
  roots: ExecutorRoots,
  files: FileFacts,
  patterns: Patterns = 'bound',
): NormalisedPolicy | undefined {
  const { permissions } = intent;
  if (permissions.type === 'disabled') return undefined;
  const { network } = permissions;
  if (permissions.type === 'external' || permissions.file_system.type === 'unrestricted') {
    return unrestricted(network);
  }
  const { entries, glob_scan_max_depth: maxDepth } = permissions.file_system;
  const binding = bindingOf(intent, roots, files, maxDepth ?? undefined);
  entries.forEach((entry, at) => {
    if (patterns === 'leftOut' && entry.path.type === 'glob_pattern') return;
    bindEntry(entry, `sandbox.permissions.file_system.entries.${at}`, binding);
  });
  const rules = mergeRules(settle(binding, files));
  return { restrictsFiles: true, rules, links: binding.links, network, notes: binding.notes };
}

/** What leaves all files as they are. */
export function unrestricted(network: NormalisedPolicy['network']): NormalisedPolicy {
  return { restrictsFiles: false, rules: [EVERYTHING], links: [], network, notes: [] };
}

const EVERYTHING: PathRule = {
  path: '/',
  access: 'write',
  kind: 'directory',
  identity: undefined,
  origin: 'sandbox.permissions',
  isShared: false,
};

/** What binding one entry needs, and what all of them have come to. */
interface Binding {
  readonly roots: ExecutorRoots;
  readonly files: FileFacts;
  readonly workspaceRoots: readonly string[];
  readonly policyCwd: string;
  readonly maxDepth: number | undefined;
  readonly globBudget: GlobBudget;
  readonly rules: PathRule[];
  readonly links: CrossedLink[];
  readonly notes: PolicyNote[];
}

function bindingOf(
  { policyContext, cwd, workspaceRoots }: SandboxIntent,
  roots: ExecutorRoots,
  files: FileFacts,
  maxDepth: number | undefined,
): Binding {
  const policyCwd = policyContext?.cwd ?? cwd;
  return {
    roots,
    files,
    maxDepth,
    globBudget: newGlobBudget(),
    policyCwd: policyCwd == null ? roots.cwd : nativePath(policyCwd, 'sandbox.cwd'),
    workspaceRoots: (policyContext?.workspaceRoots ?? workspaceRoots ?? []).map((uri, at) =>
      nativePath(uri, `sandbox.workspaceRoots.${at}`),
    ),
    rules: [],
    links: [],
    notes: [],
  };
}

function bindEntry(entry: IntentEntry, origin: string, binding: Binding): void {
  const { roots, files, workspaceRoots, policyCwd: directory, maxDepth } = binding;
  const target = expandEntry(entry, origin, roots, workspaceRoots);
  if (target.kind === 'paths' && target.why !== undefined) binding.notes.push({ origin, text: target.why });
  const paths =
    target.kind === 'paths'
      ? target.paths
      : findGlobMatches({ pattern: target.pattern, origin, directory, maxDepth }, files, binding.globBudget);
  for (const path of paths) {
    const resolved = resolveFor(entry, path, origin, binding);
    if (resolved === undefined) continue;
    if (resolved.kind === 'missing' && entry.missing_path_behavior === 'skip') {
      binding.notes.push({ origin, text: `${path} does not exist and is skipped, as asked` });
      continue;
    }
    binding.rules.push(ruleOf(entry, resolved, origin));
    if (entry.access !== 'deny') binding.links.push(...resolved.links);
  }
}

/** Undefined where a grant names what cannot be looked at: it then grants nothing. */
function resolveFor(
  entry: IntentEntry,
  path: string,
  origin: string,
  { files, notes }: Binding,
): ResolvedPath | undefined {
  const resolved = resolvePath(path, files);
  if (resolved.kind !== 'deadEnd') return resolved;
  if (entry.access === 'deny')
    refuse(origin, `${resolved.why}, so it is unknown what to deny; mend it or deny its directory`);
  notes.push({ origin, text: `${resolved.why}, so ${path} grants nothing` });
  return undefined;
}

function ruleOf(entry: IntentEntry, resolved: ResolvedPath, origin: string): PathRule {
  const { path, kind, identity, isShared, missingFrom } = resolved;
  // What does not exist is kept from appearing at its first missing name.
  return { path: missingFrom ?? path, access: entry.access, kind, identity, origin, isShared };
}

/** Decides about what does not exist: a grant is left out, a restriction stays where somebody could create it. */
function settle({ rules, notes }: Binding, files: FileFacts): readonly PathRule[] {
  const existing = indexRules(mergeRules(rules.filter(({ kind }) => kind !== 'missing')));
  return rules.filter((rule) => {
    const isKept = rule.kind !== 'missing' || isRestriction(rule, existing, files);
    if (!isKept) notes.push({ origin: rule.origin, text: `${rule.path} does not exist and is skipped` });
    return isKept;
  });
}

function isRestriction(rule: PathRule, existing: RuleIndex, files: FileFacts): boolean {
  const directory = parentOf(rule.path);
  return rule.access !== 'write' && existing.accessAt(directory) === 'write' && files.mayCreateIn(directory);
}
