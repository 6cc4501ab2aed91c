import type { FileFacts } from '../files/file-facts.js';
import { parentOf } from '../files/paths.js';
import { indexRules, mergeRules, type RuleIndex } from '../policy/access.js';
import type { NormalisedPolicy, PathRule } from '../policy/path-rule.js';
import { memberOf, type ProfileSource } from '../policy/rule-origin.js';
import { bindPatterns } from './bind-patterns.js';
import { type Binding, bindingOf, bindPaths } from './binding.js';
import type { GlobMatches } from './deny-glob.js';
import type { ExecutorRoots } from './executor-roots.js';
import { expandIntent } from './expand-intent.js';
import { globScansOf, restrictedFilesOf } from './glob-scans.js';
import { notesOfNamedLinks } from './named-links.js';
import type { SandboxIntent } from './schema.js';
import { refuseManyWritable } from './writable-bound.js';

/** What the `globScansOf` an intent have found; left out, what they deny is not denied: for who asks what may be written at most. */
export type Patterns = GlobMatches | 'leftOut';

/** What an intent is bound to. */
interface IntentSetting {
  readonly roots: ExecutorRoots;
  readonly files: FileFacts;
  readonly patterns: Patterns;
  /** Whose profile this is; it names the entries. Default a peer's intent. */
  readonly source?: ProfileSource;
  /** The files as links are followed that a pattern matches, which a command may have made; default as all others. */
  readonly matched?: FileFacts;
}

/**
 * The first phase: binds an intent to this executor. Undefined where the intent asks for no confinement at all.
 * @throws ExecError `sandboxUnsupported`, naming the entry that cannot be enforced and what to do about it.
 */
export function normalise(
  intent: SandboxIntent,
  { roots, files, patterns, source = 'intent', matched = files }: IntentSetting,
): NormalisedPolicy | undefined {
  const { permissions } = intent;
  if (permissions.type === 'disabled') return undefined;
  const { network } = permissions;
  if (restrictedFilesOf(intent) === undefined) return unrestricted(network, source);
  const { entries, charactersLeft } = expandIntent(intent, roots, source);
  const binding = bindingOf({ roots, files, matched, source, charactersLeft });
  for (const { entry, origin, paths, why } of entries) {
    if (why !== undefined) binding.notes.push({ origin, text: why });
    bindPaths(entry, paths, origin, binding);
  }
  // Where they are looked for depends on what may be written.
  if (patterns !== 'leftOut') bindPatterns(entries, globScansOf(intent, roots, source), patterns, binding);
  const rules = mergeRules(settle(binding, files));
  refuseManyWritable(rules, source);
  const networkOrigin = memberOf(source, 'permissions.network');
  const notes = [...binding.notes, ...notesOfNamedLinks(binding.named, rules, roots, files)];
  return { restrictsFiles: true, rules, links: binding.links, network, networkOrigin, notes };
}

/** What leaves all files as they are. */
export function unrestricted(
  network: NormalisedPolicy['network'],
  source: ProfileSource = 'intent',
): NormalisedPolicy {
  const everything: PathRule = {
    path: '/',
    access: 'write',
    kind: 'directory',
    identity: undefined,
    origin: memberOf(source, 'permissions'),
    isShared: false,
  };
  const networkOrigin = memberOf(source, 'permissions.network');
  return { restrictsFiles: false, rules: [everything], links: [], network, networkOrigin, notes: [] };
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
  const isWritable = rule.access !== 'write' && existing.accessAt(directory) === 'write';
  return isWritable && files.mayCreateIn(directory) !== 'never';
}
