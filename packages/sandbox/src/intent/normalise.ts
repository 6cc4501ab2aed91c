import type { FileFacts } from '../files/file-facts.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { LookPool } from '../files/look-pool.js';
import { doorTo } from '../files/own-door.js';
import { childOf, depthOf, isWithin, NOT_UTF_8, parentOf } from '../files/paths.js';
import {
  type CrossedLink,
  type FileIdentity,
  type Resolution,
  type ResolvedPath,
  resolvePath,
} from '../files/resolve-path.js';
import { resolverIn } from '../files/resolver.js';
import { StalePlan } from '../files/stale-plan.js';
import { MAX_ENTRY_DEPTH, MAX_FOLLOWED_NAMES } from '../limits.js';
import { indexRules, mergeRules, type RuleIndex } from '../policy/access.js';
import { baseOf } from '../policy/glob.js';
import type { NormalisedPolicy, PathRule, PolicyNote } from '../policy/path-rule.js';
import { memberOf, nameOf, type ProfileSource, type RuleOrigin } from '../policy/rule-origin.js';
import { refuse } from '../refuse.js';
import type { GlobMatches } from './deny-glob.js';
import type { ExecutorRoots } from './executor-roots.js';
import { charactersAfter, directoryAt, expandIntent, refuseDeep } from './expand-intent.js';
import { globScansOf, restrictedFilesOf } from './glob-scans.js';
import { type MatchedPath, matchedPath } from './matched-links.js';
import { type PatternBase, patternBasesIn } from './pattern-bases.js';
import type { IntentEntry, SandboxIntent } from './schema.js';
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
  const binding = bindingOf({ roots, files, matched, charactersLeft });
  for (const { entry, origin, paths, why } of entries) {
    if (why !== undefined) binding.notes.push({ origin, text: why });
    bindPaths(entry, paths, origin, binding);
  }
  if (patterns !== 'leftOut') {
    // Where they are looked for depends on what may be written.
    const baseAt = patternBasesIn({ ...binding, rules: mergeRules(binding.rules) }, files, source);
    const scans = new Map(globScansOf(intent, roots, source).map((scan) => [scan.origin, scan]));
    for (const { entry, origin } of entries) {
      const scan = scans.get(nameOf(origin));
      if (scan === undefined) continue;
      const paths = matchedPaths(baseOf(scan.pattern, scan.directory), baseAt, origin, patterns, binding);
      bindMatches(entry, paths, origin, binding);
    }
  }
  const rules = mergeRules(settle(binding, files));
  refuseManyWritable(rules, source);
  const networkOrigin = memberOf(source, 'permissions.network');
  return { restrictsFiles: true, rules, links: binding.links, network, networkOrigin, notes: binding.notes };
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

/** What binding one entry needs, and what all of them have come to. */
interface Binding {
  readonly roots: ExecutorRoots;
  readonly files: FileFacts;
  /** Those among which links are followed that a pattern matches. */
  readonly matched: FileFacts;
  /** How many characters what patterns match may still have; counted down. */
  charactersLeft: number;
  /** Follows a path in this look. */
  readonly resolve: (path: string) => Resolution;
  /** The same for what a pattern matches. */
  readonly resolveMatch: (path: string) => Resolution;
  readonly rules: PathRule[];
  readonly links: CrossedLink[];
  readonly notes: PolicyNote[];
}

function bindingOf(given: Pick<Binding, 'roots' | 'files' | 'matched' | 'charactersLeft'>): Binding {
  return {
    ...given,
    resolve: resolverIn(new LookPool(given.files, MAX_FOLLOWED_NAMES)),
    resolveMatch: resolverIn(new LookPool(given.matched, MAX_FOLLOWED_NAMES)),
    rules: [],
    links: [],
    notes: [],
  };
}

/**
 * What was matched and is still there: what has gone since is kept from nobody, like what comes later. A directory above that is
 * shut stands for all that may be in it.
 */
function matchedPaths(
  base: string,
  baseAt: (base: string) => PatternBase,
  origin: RuleOrigin,
  matches: GlobMatches,
  binding: Binding,
): readonly string[] {
  const name = nameOf(origin);
  const found = baseAt(base);
  if (found.kind === 'ledAway') {
    const text = `nothing is denied below ${base}, since a command may have made the link ${found.link}, which leads elsewhere; name where it leads, or remove it`;
    binding.notes.push({ origin, text, isGap: true });
    return [];
  }
  if (found.kind === 'shut') {
    const text = `${found.directory} cannot be looked into, so it is denied as a whole; let this user enter it`;
    binding.notes.push({ origin, text });
    return [found.directory];
  }
  const match = matches.get(name);
  // A pattern without matches denies nothing, and one that nobody looked for might deny much.
  if (match === undefined || found.kind === 'unknown' || !isSameFile(found.resolved.identity, match.identity))
    throw new StalePlan(base, 'was replaced', name);
  binding.charactersLeft = charactersAfter(match.paths, binding.charactersLeft, name);
  return shallowed(match.paths, origin, binding).filter((path) => {
    const resolved = binding.resolveMatch(path);
    return resolved.kind !== 'missing' || !isWithin(path, resolved.missingFrom ?? '/');
  });
}

/** Anybody may have put it so far down, and that must not have the entry refused. */
function shallowed(paths: readonly string[], origin: RuleOrigin, { notes }: Binding): readonly string[] {
  const deep = paths.filter((path) => depthOf(path) > MAX_ENTRY_DEPTH);
  const directories = new Set(deep.map((path) => directoryAt(MAX_ENTRY_DEPTH, path)));
  for (const directory of directories) {
    const text = `it matches more than ${MAX_ENTRY_DEPTH} names down, so ${directory} is denied as a whole`;
    notes.push({ origin, text });
  }
  return deep.length === 0
    ? paths
    : [...paths.filter((path) => depthOf(path) <= MAX_ENTRY_DEPTH), ...directories];
}

function isSameFile(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  return one?.device === other?.device && one?.inode === other?.inode;
}

function bindMatches(
  entry: IntentEntry,
  paths: readonly string[],
  origin: RuleOrigin,
  binding: Binding,
): void {
  const empty: string[] = [];
  for (const path of paths) {
    const match = matchedPath(path, binding.resolveMatch(path), binding.matched);
    if (match.kind === 'unknown') bindPaths(entry, [path], origin, binding);
    else if (match.kind === 'deniesNothing') empty.push(`${path} denies nothing, since ${match.why}`);
    else binding.rules.push(ruleOfMatch(entry, match, origin));
  }
  const [first, ...more] = empty;
  if (first === undefined) return;
  const others = more.length === 0 ? '' : ` (and ${more.length} more links that match deny nothing)`;
  binding.notes.push({ origin, text: `the link ${first}${others}` });
}

function bindPaths(entry: IntentEntry, paths: readonly string[], origin: RuleOrigin, binding: Binding): void {
  for (const path of paths) {
    const resolved = resolveFor(entry, path, origin, binding);
    if (resolved === undefined) continue;
    refuseDeep(resolved.path, nameOf(origin));
    if (resolved.kind === 'missing' && entry.missing_path_behavior === 'skip') {
      binding.notes.push({ origin, text: `${path} does not exist and is skipped, as asked` });
      continue;
    }
    const tree = kernelTreeOf(resolved.path);
    if (entry.access === 'write' && resolved.kind === 'directory' && tree !== undefined) {
      const text = `nothing is written in ${path} outside, for every sandbox has a ${tree} of its own; name a directory elsewhere`;
      binding.notes.push({ origin, text });
      continue;
    }
    if (entry.access === 'write') noteLeadingOut(path, resolved, origin, binding);
    binding.rules.push(ruleOf(entry, resolved, origin));
    if (entry.access !== 'deny') binding.links.push(...resolved.links);
  }
}

/** A command that may write there could have made the link, for the next one. */
function noteLeadingOut(
  path: string,
  { path: target, links }: ResolvedPath,
  origin: RuleOrigin,
  { roots, files, notes }: Binding,
): void {
  const own = resolvePath(roots.cwd, files);
  const cwd = own.kind === 'deadEnd' ? roots.cwd : own.path;
  const link = isWithin(target, cwd) ? undefined : links.find((crossed) => isWithin(crossed.path, cwd));
  if (link === undefined) return;
  const text = `${path} leads to ${target}, out of ${cwd}, by the link ${link.path}, and can be written there; name that directory if it is meant`;
  notes.push({ origin, text });
}

/** Undefined where a grant names what cannot be looked at: it then grants nothing. */
function resolveFor(
  entry: IntentEntry,
  path: string,
  origin: RuleOrigin,
  { resolve, notes, files }: Binding,
): ResolvedPath | undefined {
  const resolved = resolve(path);
  if (resolved.kind === 'missing' && entry.access !== 'write' && resolved.path.includes(NOT_UTF_8))
    refuse(
      nameOf(origin),
      `${path} is not there, and ${NOT_UTF_8} in it stands for bytes that are no UTF-8; name a directory above it`,
    );
  if (resolved.kind !== 'deadEnd') return resolved;
  if (entry.access === 'deny') {
    const shut = resolved.isShut === true ? doorTo(childOf(resolved.at, '.'), files) : undefined;
    if (shut === undefined)
      refuse(nameOf(origin), `${resolved.why}, so it is unknown what to deny; mend it or deny its directory`);
    notes.push({
      origin,
      text: `${resolved.why}, so all of it is denied; let this user enter it`,
    });
    return shut;
  }
  notes.push({ origin, text: `${resolved.why}, so ${path} grants nothing` });
  return undefined;
}

function ruleOf(entry: IntentEntry, resolved: ResolvedPath, origin: RuleOrigin): PathRule {
  const { path, kind, identity, isShared, missingFrom } = resolved;
  // What does not exist is kept from appearing at its first missing name.
  return { path: missingFrom ?? path, access: entry.access, kind, identity, origin, isShared };
}

function ruleOfMatch(
  entry: IntentEntry,
  { resolved, byLink }: Extract<MatchedPath, { readonly kind: 'denies' }>,
  origin: RuleOrigin,
): PathRule {
  return { ...ruleOf(entry, resolved, origin), byPattern: true, ...(byLink === undefined ? {} : { byLink }) };
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
