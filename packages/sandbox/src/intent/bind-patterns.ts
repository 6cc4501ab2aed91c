import { LookPool } from '../files/look-pool.js';
import { depthOf, isWithin, isWithinAny } from '../files/paths.js';
import type { FileIdentity } from '../files/resolve-path.js';
import { resolverIn } from '../files/resolver.js';
import { StalePlan } from '../files/stale-plan.js';
import { MAX_ENTRY_DEPTH, MAX_FOLLOWED_NAMES } from '../limits.js';
import { mergeRules } from '../policy/access.js';
import { baseOf } from '../policy/glob.js';
import type { PathRule, PolicyNote, WholeDirectory } from '../policy/path-rule.js';
import { listOf, nameOf, type ProfileSource, type RuleOrigin } from '../policy/rule-origin.js';
import { type Binding, bindPaths, ruleOf } from './binding.js';
import type { FoundWhole, GlobMatch, GlobMatches, GlobScan } from './deny-glob.js';
import { charactersAfter, directoryAt } from './expand-intent.js';
import { type Followed, MadeLinks } from './made-links.js';
import { isLink, type MatchedPath, matchedPath } from './matched-links.js';
import { type PatternBase, patternBasesIn } from './pattern-bases.js';
import type { IntentEntry } from './schema.js';

/** An entry of a profile, and what it is called. */
interface NamedEntry {
  readonly entry: IntentEntry;
  readonly origin: RuleOrigin;
}

/** Binds what patterns have matched. All paths that entries name are bound before. @throws StalePlan, and as `normalise`. */
export function bindPatterns(
  entries: readonly NamedEntry[],
  scans: readonly GlobScan[],
  patterns: GlobMatches,
  binding: Binding,
): void {
  const named = mergeRules(binding.rules);
  refuseOpenedSince(patterns, named, binding.source);
  const made = new MadeLinks({ ...binding, rules: named }, binding.source);
  const baseAt = patternBasesIn(made, binding.files);
  const follow = followerOf(made, binding);
  // All of them have the same.
  const wholes: readonly FoundWhole[] = [...patterns.values()][0]?.wholes ?? [];
  const denied = new Set(wholes.map(({ directory }) => directory));
  const byOrigin = new Map(entries.map((named) => [nameOf(named.origin), named]));
  for (const scan of scans) {
    const named = byOrigin.get(scan.origin);
    if (named === undefined) continue;
    const base = baseOf(scan.pattern, scan.directory);
    if (isWithinAny(base, denied)) continue;
    const matched = matchOf(base, baseAt, named.origin, patterns, binding);
    if (matched === undefined) continue;
    const paths = matched.filter((path) => !isWithinAny(path, denied));
    bindMatches(named, matchedPaths(paths, follow, named.origin, binding), follow, binding);
  }
  for (const { by, ...whole } of wholes)
    denyWhole(whole, byOrigin.get(by)?.origin ?? listOf(binding.source), binding);
}

/** @throws StalePlan for what is open in something that is denied, where nothing was looked for. */
function refuseOpenedSince(patterns: GlobMatches, rules: readonly PathRule[], source: ProfileSource): void {
  const [first, ...others] = patterns.values();
  const path = first?.opened.addedSince(
    rules,
    () => new Set([first, ...others].flatMap(({ paths }) => paths)),
  );
  if (path !== undefined) throw new StalePlan(path, 'came up', nameOf(listOf(source)));
}

/** Follows what patterns match. */
type Follow = (path: string) => Followed;

/** Of thousands of files in a directory, the way there is followed once. */
function followerOf(made: MadeLinks, { matched }: Binding): Follow {
  const looks = new LookPool(matched, MAX_FOLLOWED_NAMES);
  const resolve = resolverIn(looks);
  return (path) =>
    isLink(path, matched)
      ? made.follow(path, looks.filesFor(path))
      : { resolved: resolve(path), away: undefined };
}

/** What was matched; undefined for nothing. A directory above that is shut stands for all that may be in it. */
function matchOf(
  base: string,
  baseAt: (base: string) => PatternBase,
  origin: RuleOrigin,
  matches: GlobMatches,
  { notes }: Binding,
): GlobMatch['paths'] | undefined {
  const name = nameOf(origin);
  const found = baseAt(base);
  if (found.kind === 'ledAway') {
    const text = `nothing is denied below ${base}, since a command may have made the link ${found.link}, which leads elsewhere; name where it leads, or remove it`;
    notes.push({ origin, text, isGap: true });
    return undefined;
  }
  if (found.kind === 'shut') {
    const text = `${found.directory} cannot be looked into, so it is denied as a whole; let this user enter it`;
    notes.push({ origin, text });
    return [found.directory];
  }
  const match = matches.get(name);
  // A pattern without matches denies nothing, and one that nobody looked for might deny much.
  if (match === undefined || found.kind === 'unknown' || !isSameFile(found.resolved.identity, match.identity))
    throw new StalePlan(base, 'was replaced', name);
  return match.paths;
}

/** Those still there: what has gone since is kept from nobody, like what comes later. */
function matchedPaths(
  paths: readonly string[],
  follow: Follow,
  origin: RuleOrigin,
  binding: Binding,
): readonly string[] {
  binding.charactersLeft = charactersAfter(paths, binding.charactersLeft, nameOf(origin));
  return shallowed(paths, origin, binding).filter((path) => {
    const { resolved } = follow(path);
    return resolved.kind !== 'missing' || !isWithin(path, resolved.missingFrom ?? '/');
  });
}

/** What else the profile lets be read or written in the directory is denied with it. */
function denyWhole(whole: WholeDirectory, origin: RuleOrigin, { resolve, rules, notes }: Binding): void {
  const directory = directoryAt(MAX_ENTRY_DEPTH, whole.directory);
  const resolved = resolve(directory);
  if (resolved.kind === 'deadEnd') throw new StalePlan(directory, 'was closed', nameOf(origin));
  // Like what was matched and has gone since.
  if (resolved.kind === 'missing' || resolved.path !== directory) return;
  const { kind, identity, isShared } = resolved;
  const denial = { access: 'deny', origin, byPattern: true, whole } as const;
  notes.push({ origin, text: `${directory} is denied as a whole: ${whole.why}` });
  const inside = rules.filter(
    ({ path, access, kind: its }) =>
      access !== 'deny' && its !== 'missing' && path !== directory && isWithin(path, directory),
  );
  rules.push({ ...denial, path: directory, kind, identity, isShared });
  for (const rule of inside) rules.push({ ...rule, ...denial });
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
  { entry, origin }: NamedEntry,
  paths: readonly string[],
  follow: Follow,
  binding: Binding,
): void {
  const empty: string[] = [];
  const open: string[] = [];
  for (const path of paths) {
    const match = matchedPath(path, follow(path), binding.matched);
    if (match.kind === 'unknown') bindPaths(entry, [path], origin, binding);
    else if (match.kind === 'denies') binding.rules.push(ruleOfMatch(entry, match, origin));
    else (match.isGap === true ? open : empty).push(`${path} denies nothing, since ${match.why}`);
  }
  noteLinks(empty, { origin }, binding);
  noteLinks(open, { origin, isGap: true }, binding);
}

function noteLinks(
  [first, ...more]: readonly string[],
  note: Omit<PolicyNote, 'text'>,
  { notes }: Binding,
): void {
  if (first === undefined) return;
  const others = more.length === 0 ? '' : ` (and ${more.length} more links that match deny nothing)`;
  notes.push({ ...note, text: `the link ${first}${others}` });
}

function ruleOfMatch(
  entry: IntentEntry,
  { resolved, byLink }: Extract<MatchedPath, { readonly kind: 'denies' }>,
  origin: RuleOrigin,
): PathRule {
  return { ...ruleOf(entry, resolved, origin), byPattern: true, ...(byLink === undefined ? {} : { byLink }) };
}
