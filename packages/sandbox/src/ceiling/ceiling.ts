import type { FileFacts } from '../files/file-facts.js';
import { childOf, isWithin, parentOf } from '../files/paths.js';
import { LinkCycle, resolvePath } from '../files/resolve-path.js';
import { MAX_SCANNED_ENTRIES } from '../limits.js';
import { indexRules, mergeRules } from '../policy/access.js';
import { intersect, type Narrowing } from '../policy/intersect.js';
import type { NormalisedPolicy, PathRule, PolicyNote } from '../policy/path-rule.js';
import { findGitPlaces } from './git-directories.js';
import { type ProtectedPath, protectedInGitDirectory } from './protect-git.js';
import { PROTECTED_IF_THERE, PROTECTED_NAMES } from './protected-names.js';

/** The most that an executor allows, whatever a peer asks for. */
export interface Ceiling {
  /**
   * What the operator configured; it narrows every policy, also one that does not restrict files. Undefined for nothing.
   */
  readonly maximum: Pick<NormalisedPolicy, 'rules' | 'network'> | undefined;
  /** Names at the top of each writable root that restricted policies leave as they are. */
  readonly protectedNames: readonly string[];
  /** More of them, which are left alone while they are missing. */
  readonly protectedIfThere: readonly string[];
  /** Directories that no restricted policy shows. */
  readonly hidden: readonly string[];
}

/** The ceiling of an executor whose operator configured none. */
export const DEFAULT_CEILING: Ceiling = {
  maximum: undefined,
  protectedNames: PROTECTED_NAMES,
  protectedIfThere: PROTECTED_IF_THERE,
  hidden: [],
};

/** A policy below the ceiling, and what it lost on the way. */
export interface CeiledPolicy {
  readonly policy: NormalisedPolicy;
  readonly narrowed: readonly Narrowing[];
}

/** What is left of a policy below the ceiling. Nothing in the policy can widen it. */
export function applyCeiling(policy: NormalisedPolicy, ceiling: Ceiling, files: FileFacts): CeiledPolicy {
  const below = ceiling.maximum === undefined ? [] : [ceiling.maximum.rules];
  const notes: PolicyNote[] = [];
  const first = narrow(policy.rules, below);
  const isRestricted = policy.restrictsFiles || below.length > 0;
  const second = isRestricted
    ? narrow(first.rules, [protections(first.rules, ceiling, files, notes)])
    : first;
  const network = ceiling.maximum?.network === 'restricted' ? 'restricted' : policy.network;
  return {
    policy: {
      ...policy,
      restrictsFiles: isRestricted,
      rules: second.rules,
      network,
      notes: [...policy.notes, ...notes],
    },
    narrowed: [...first.narrowed, ...second.narrowed],
  };
}

function narrow(
  rules: readonly PathRule[],
  maxima: readonly (readonly PathRule[])[],
): { readonly rules: readonly PathRule[]; readonly narrowed: readonly Narrowing[] } {
  const [maximum] = maxima;
  return maximum === undefined ? { rules, narrowed: [] } : intersect(rules, maximum);
}

/** Everything may be written, but for executable configuration inside the writable roots. */
function protections(
  rules: readonly PathRule[],
  ceiling: Ceiling,
  files: FileFacts,
  notes: PolicyNote[],
): readonly PathRule[] {
  const index = indexRules(rules);
  const budget = { entries: MAX_SCANNED_ENTRIES };
  const found: PathRule[] = [];
  for (const root of rules) {
    if (root.access !== 'write' || root.kind !== 'directory') continue;
    const git = findGitPlaces(root.path, files, budget);
    if (!git.isComplete) {
      notes.push({
        origin: ORIGIN,
        text: `${root.path} has more than ${MAX_SCANNED_ENTRIES} entries; repositories beyond them are not protected`,
      });
    }
    const paths: readonly ProtectedPath[] = [
      ...git.pointers.map((path) => ({ path })),
      ...git.directories.flatMap((directory) => protectedInGitDirectory(directory, files)),
      // In a directory that many share, nobody's configuration is looked for.
      ...(root.isShared ? [] : namesBelow(root.path, ceiling)),
    ];
    found.push(...paths.flatMap((path) => protectionOf(path, files, notes)));
  }
  const inside = found.filter(({ path }) => index.accessAt(path) === 'write');
  return mergeRules([EVERYTHING, ...inside, ...ceiling.hidden.flatMap((path) => hiding(path, files))]);
}

function namesBelow(root: string, { protectedNames, protectedIfThere }: Ceiling): readonly ProtectedPath[] {
  return [
    ...protectedNames.map((name) => ({ path: childOf(root, name) })),
    ...protectedIfThere.map((name) => ({ path: childOf(root, name), onlyIfThere: true as const })),
  ];
}

function hiding(folder: string, files: FileFacts): readonly PathRule[] {
  const { path, kind, identity, isShared } = resolvePath(folder, files);
  if (kind === 'missing') return [];
  return [{ path, access: 'deny', kind, identity, origin: 'ceiling: hidden', isShared }];
}

const ORIGIN = 'ceiling: executable configuration';

const EVERYTHING: PathRule = {
  path: '/',
  access: 'write',
  kind: 'directory',
  identity: undefined,
  origin: ORIGIN,
  isShared: false,
};

function protectionOf(
  { path, onlyIfThere, placeholderText }: ProtectedPath,
  files: FileFacts,
  notes: PolicyNote[],
): readonly PathRule[] {
  try {
    const { path: target, kind, identity, missingFrom, links, isShared } = resolvePath(path, files);
    if (kind === 'missing' && (onlyIfThere === true || !files.mayCreateIn(parentOf(missingFrom ?? target))))
      return [];
    const own = links.find((link) => isWithin(path, link.path));
    if (own !== undefined) {
      notes.push({
        origin: ORIGIN,
        text: `${own.path} is a link; its target is protected, but the link could be replaced`,
      });
    }
    return [
      {
        path: missingFrom ?? target,
        access: 'read',
        kind,
        identity,
        origin: ORIGIN,
        isShared,
        ...(placeholderText === undefined || kind !== 'missing' ? {} : { placeholderText }),
      },
    ];
  } catch (error) {
    if (!(error instanceof LinkCycle)) throw error;
    notes.push({ origin: ORIGIN, text: error.message });
    return [];
  }
}
