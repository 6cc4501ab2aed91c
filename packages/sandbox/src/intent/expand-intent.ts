import { depthOf, namesOf } from '../files/paths.js';
import { MAX_ENTRY_DEPTH, MAX_INTENT_CHARACTERS, MAX_INTENT_ENTRIES } from '../limits.js';
import { entryOf, memberOf, nameOf, type ProfileSource, type RuleOrigin } from '../policy/rule-origin.js';
import { refuse } from '../refuse.js';
import type { ExecutorRoots } from './executor-roots.js';
import { expandEntry } from './expand-entry.js';
import { restrictedFilesOf } from './glob-scans.js';
import { nativePath } from './native-path.js';
import type { IntentEntry, SandboxIntent } from './schema.js';

/** An entry with the paths that it stands for. */
interface ExpandedEntry {
  readonly entry: IntentEntry;
  readonly origin: RuleOrigin;
  /** None for a pattern. */
  readonly paths: readonly string[];
  /** Why it names none here, if that is so. */
  readonly why: string | undefined;
}

/** What the entries of an intent stand for, whatever is there. */
export interface Expansion {
  readonly entries: readonly ExpandedEntry[];
  /** How many characters what its patterns match may have. */
  readonly charactersLeft: number;
}

/**
 * Expands the entries of an intent, once for all looks of a plan: to read thousands of URIs takes a while.
 * @param roots The same object each time.
 * @throws ExecError `sandboxUnsupported`, naming the entry that cannot be enforced.
 */
export function expandIntent(intent: SandboxIntent, roots: ExecutorRoots, source: ProfileSource): Expansion {
  const known = EXPANSIONS.get(intent);
  if (known?.roots === roots && known.source === source) return known.expansion;
  const expansion = expansionOf(intent, roots, source);
  EXPANSIONS.set(intent, { roots, source, expansion });
  return expansion;
}

/** The latest of each intent. */
const EXPANSIONS = new WeakMap<
  SandboxIntent,
  { readonly roots: ExecutorRoots; readonly source: ProfileSource; readonly expansion: Expansion }
>();

function expansionOf(intent: SandboxIntent, roots: ExecutorRoots, source: ProfileSource): Expansion {
  const { policyContext, workspaceRoots: ownRoots } = intent;
  const workspaceRoots = (policyContext?.workspaceRoots ?? ownRoots ?? []).map((uri, at) =>
    nativePath(uri, nameOf(memberOf(source, `workspaceRoots.${at}`))),
  );
  let pathsLeft = MAX_INTENT_ENTRIES;
  let charactersLeft = MAX_INTENT_CHARACTERS;
  const entries = (restrictedFilesOf(intent)?.entries ?? []).map((entry, at): ExpandedEntry => {
    const origin = entryOf(source, at);
    const name = nameOf(origin);
    const target = expandEntry(entry, name, roots, workspaceRoots);
    if (target.kind === 'glob') return { entry, origin, paths: [], why: undefined };
    const { paths, why } = target;
    pathsLeft -= paths.length;
    if (pathsLeft < 0)
      refuse(
        name,
        `the entries up to here stand for more than ${MAX_INTENT_ENTRIES} paths; send fewer, or fewer roots`,
      );
    charactersLeft = charactersAfter(paths, charactersLeft, name);
    for (const path of paths) refuseDeep(path, name);
    return { entry, origin, paths, why };
  });
  return { entries, charactersLeft };
}

/**
 * What is left of the characters of an intent. What is asked of a path takes a time that grows with its length.
 * @throws ExecError `sandboxUnsupported` for too many.
 */
export function charactersAfter(paths: readonly string[], left: number, origin: string): number {
  const after = paths.reduce((still, { length }) => still - length, left);
  if (after < 0)
    refuse(
      origin,
      `the paths that the entries up to here stand for and match have more than ${MAX_INTENT_CHARACTERS} characters; name directories further up instead`,
    );
  return after;
}

/** @throws ExecError `sandboxUnsupported` for a path of more than `MAX_ENTRY_DEPTH` names. */
export function refuseDeep(path: string, origin: string): void {
  if (depthOf(path) <= MAX_ENTRY_DEPTH) return;
  const above = directoryAt(MAX_ENTRY_DEPTH, path);
  refuse(
    origin,
    `it leads more than ${MAX_ENTRY_DEPTH} names down, below ${above}; name that directory or one above it`,
  );
}

/** What holds a path at a depth that is less than its own. */
export function directoryAt(depth: number, path: string): string {
  return `/${namesOf(path).slice(0, depth).join('/')}`;
}
