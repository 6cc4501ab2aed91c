import type { FileFacts } from '../files/file-facts.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { LookPool } from '../files/look-pool.js';
import { doorTo } from '../files/own-door.js';
import { childOf, NOT_UTF_8 } from '../files/paths.js';
import type { CrossedLink, Resolution, ResolvedPath } from '../files/resolve-path.js';
import { resolverIn } from '../files/resolver.js';
import { MAX_FOLLOWED_NAMES } from '../limits.js';
import type { PathRule, PolicyNote } from '../policy/path-rule.js';
import { nameOf, type ProfileSource, type RuleOrigin } from '../policy/rule-origin.js';
import { refuse } from '../refuse.js';
import type { ExecutorRoots } from './executor-roots.js';
import { refuseDeep } from './expand-intent.js';
import type { NamedLink } from './named-links.js';
import type { IntentEntry } from './schema.js';
import { typedPathOf } from './typed-paths.js';

/** What binding one entry needs, and what all of them have come to. */
export interface Binding {
  readonly roots: ExecutorRoots;
  readonly files: FileFacts;
  /** Those among which links are followed that a pattern matches. */
  readonly matched: FileFacts;
  /** Whose profile it is. */
  readonly source: ProfileSource;
  /** How many characters what patterns match may still have; counted down. */
  charactersLeft: number;
  /** Follows a path in this look. */
  readonly resolve: (path: string) => Resolution;
  readonly rules: PathRule[];
  readonly links: CrossedLink[];
  /** What goes through links. */
  readonly named: NamedLink[];
  readonly notes: PolicyNote[];
}

export function bindingOf(
  given: Pick<Binding, 'roots' | 'files' | 'matched' | 'source' | 'charactersLeft'>,
): Binding {
  return {
    ...given,
    resolve: resolverIn(new LookPool(given.files, MAX_FOLLOWED_NAMES)),
    rules: [],
    links: [],
    named: [],
    notes: [],
  };
}

export function bindPaths(
  entry: IntentEntry,
  paths: readonly string[],
  origin: RuleOrigin,
  binding: Binding,
): void {
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
    binding.rules.push(ruleOf(entry, resolved, origin));
    noteLinks(entry, path, resolved, origin, binding);
  }
}

function noteLinks(
  entry: IntentEntry,
  path: string,
  resolved: ResolvedPath,
  origin: RuleOrigin,
  binding: Binding,
): void {
  const { access } = entry;
  const typed = typedPathOf(entry) ?? { path, links: [] };
  const links = [...typed.links, ...resolved.links];
  if (access !== 'read' && links.length > 0)
    binding.named.push({ path: typed.path, target: resolved.path, access, origin, links });
  if (access !== 'deny') binding.links.push(...links);
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

export function ruleOf(entry: IntentEntry, resolved: ResolvedPath, origin: RuleOrigin): PathRule {
  const { path, kind, identity, isShared, missingFrom } = resolved;
  // What does not exist is kept from appearing at its first missing name.
  return { path: missingFrom ?? path, access: entry.access, kind, identity, origin, isShared };
}
