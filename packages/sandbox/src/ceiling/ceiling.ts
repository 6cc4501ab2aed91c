import type { FileFacts } from '../files/file-facts.js';
import { isWithinAny, parentOf } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { StalePlan } from '../files/stale-plan.js';
import { MAX_SCANNED_DIRECTORIES, MAX_SCANNED_SHARED_DIRECTORIES } from '../limits.js';
import { AliasedDenials } from '../mounts/aliased-denials.js';
import type { Mount } from '../mounts/mount-table.js';
import { withoutUnasked } from '../mounts/unasked-mounts.js';
import { byPathName, indexRules, mergeRules, type RuleIndex } from '../policy/access.js';
import { intersect, type Narrowing, withoutRedundant } from '../policy/intersect.js';
import type { MissingProgram } from '../policy/missing-program.js';
import type { OpenWay } from '../policy/open-way.js';
import { PathMap } from '../policy/path-map.js';
import type { LooseLink, NormalisedPolicy, PathRule, PolicyNote } from '../policy/path-rule.js';
import { DEFAULTS, type RuleOrigin } from '../policy/rule-origin.js';
import { replaceableIn } from '../policy/visibility.js';
import { refuse } from '../refuse.js';
import type { ScannedTree, ScanTarget } from '../repositories/scan-tree.js';
import { gitProtection } from './git-protection.js';
import { homeDirectories } from './home-directories.js';
import { looseNamed, looseOnWay, looseWays } from './looked-at-again.js';
import { type NamesAtTop, protectedAtTop } from './names-at-top.js';
import { heldNames } from './operator-names.js';
import { PathProtection } from './path-protection.js';
import {
  PROTECTED_HOME_DIRECTORIES,
  PROTECTED_HOME_FILES,
  PROTECTED_IF_THERE,
  PROTECTED_NAMES,
} from './protected-names.js';
import { noteOfDeep } from './scan-notes.js';
import { deepRestrictions } from './shallow.js';

/** The most that an executor allows, whatever a peer asks for. */
export interface Ceiling extends NamesAtTop {
  /**
   * What the operator configured; it narrows every policy, also one that does not restrict files. Undefined for nothing.
   */
  readonly maximum: Omit<NormalisedPolicy, 'restrictsFiles'> | undefined;
  /** Directories and files that no restricted policy shows. */
  readonly hidden: readonly HiddenPath[];
  /** Canonical paths of directories that are removed when the command has ended: whatever it leaves at their top, nobody meets. Default none. */
  readonly passing?: readonly string[] | undefined;
}

/** What no sandbox shows. */
interface HiddenPath {
  readonly path: string;
  readonly origin: RuleOrigin;
}

/** The ceiling of an executor whose operator configured none. */
export const DEFAULT_CEILING: Ceiling = {
  maximum: undefined,
  protectedNames: PROTECTED_NAMES,
  protectedIfThere: PROTECTED_IF_THERE,
  home: {
    paths: homeDirectories(),
    files: PROTECTED_HOME_FILES,
    directories: PROTECTED_HOME_DIRECTORIES,
  },
  hidden: [],
};

/** A policy below the ceiling, and what it lost on the way. */
export interface CeiledPolicy {
  readonly policy: NormalisedPolicy;
  /** A rule for each path that anybody named, also where it says what the next one above says: who decided there. */
  readonly decisions: readonly PathRule[];
  readonly narrowed: readonly Narrowing[];
  /** What of the protections could not be had, in words; they are among the notes of the policy as well. */
  readonly gaps: readonly string[];
  /** What git configs name, and a command could make. */
  readonly missingPrograms: readonly MissingProgram[];
}

/** Where repositories have to be looked for before a ceiling can be applied. */
export function scanTargets(policy: NormalisedPolicy, ceiling: Ceiling): readonly ScanTarget[] {
  const { rules, isRestricted } = belowMaximum(policy, ceiling);
  if (!isRestricted) return [];
  // A file that may be written can be a directory when the command has ended.
  const below = rulesBelow(rules.filter(({ access, kind }) => access !== 'write' || kind === 'directory'));
  const hidden = ceiling.hidden.map(({ path }) => path);
  return writableRoots(rules).map(({ path: root, isShared }) => ({
    root,
    // What has a rule of its own is looked through by itself, or cannot be written.
    except: new Set([...(below.get(root) ?? []), ...hidden]),
    maxDirectories: isShared ? MAX_SCANNED_SHARED_DIRECTORIES : MAX_SCANNED_DIRECTORIES,
  }));
}

/** By path, the rules for what lies below it, but for those that lie below one of them. */
function rulesBelow(rules: readonly PathRule[]): ReadonlyMap<string, readonly string[]> {
  const above = new PathMap<string>();
  const below = new Map<string, string[]>();
  for (const { path } of [...rules].sort(byPathName)) {
    const root = above.nearest(path);
    if (root !== undefined) below.get(root)?.push(path);
    above.set(path, path);
    below.set(path, []);
  }
  return below;
}

/**
 * Whether a command might write at a path, or lead it elsewhere where links cross what may be written; true where nobody can
 * tell. Always false for a policy that restricts no files.
 */
export function mayReplaceAt(
  path: string,
  policy: NormalisedPolicy,
  ceiling: Ceiling,
  files: FileFacts,
): boolean {
  const { rules, isRestricted } = belowMaximum(policy, ceiling);
  return replaceableIn({ rules, restrictsFiles: isRestricted }, files)(path);
}

/** The files of an executor. */
export interface CeiledFiles {
  readonly files: FileFacts;
  /** What it has mounted; default nothing. */
  readonly mounts?: readonly Mount[];
  /** What of that it looks at in any case, such as the working directory; default nothing but homes. */
  readonly needed?: readonly string[];
}

/** What was found below each root that was looked through. */
export type ScannedTrees = ReadonlyMap<string, ScannedTree>;

/**
 * What is left of a policy below the ceiling. Nothing in the policy can widen it.
 * @param trees What is below the `scanTargets`.
 * @throws ExecError `sandboxUnsupported` when other roots may be written by now than were looked through.
 */
export function applyCeiling(
  policy: NormalisedPolicy,
  ceiling: Ceiling,
  { files, mounts = [], needed = [] }: CeiledFiles,
  trees: ScannedTrees,
): CeiledPolicy {
  const notes: PolicyNote[] = [];
  const remarks: PolicyNote[] = [];
  const missingPrograms: MissingProgram[] = [];
  const looseLinks: LooseLink[] = [];
  const openWays: OpenWay[] = [];
  const { maximum } = ceiling;
  const asked = [...needed, ...ceiling.home.paths];
  const careful = withoutUnasked(files, mounts, belowMaximum(policy, ceiling).rules, asked);
  const aliased = new AliasedDenials(mounts, files, careful);
  const withAliases = <T extends Pick<NormalisedPolicy, 'rules'>>(one: T): T => ({
    ...one,
    rules: aliased.addTo(one.rules),
  });
  const { isRestricted, ...first } = belowMaximum(withAliases(policy), {
    maximum: maximum && withAliases(maximum),
  });
  const hidden = isRestricted ? hiding(ceiling, files, aliased) : [];
  const hiddenPaths = new Set(hidden.map(({ path }) => path));
  const second = isRestricted
    ? intersect(
        first.rules,
        mergeRules([
          ...protections(first.rules, ceiling, {
            // What is followed for these is for a command to choose.
            files: withoutUnasked(files, mounts, first.rules, asked),
            trees,
            notes,
            remarks,
            missingPrograms,
            looseLinks,
            openWays,
          }).filter(({ path }) => !isWithinAny(path, hiddenPaths)),
          ...hidden,
        ]),
      )
    : { rules: first.rules, narrowed: [] };
  return {
    policy: {
      ...policy,
      restrictsFiles: isRestricted,
      rules: withoutRedundant(withoutUncreatable(second.rules)),
      ...networkBelow(policy, ceiling),
      ...(isRestricted ? { looseLinks } : {}),
      ...(openWays.length > 0 ? { openWays } : {}),
      notes: [...policy.notes, ...(ceiling.maximum?.notes ?? []), ...notes, ...remarks],
    },
    decisions: second.rules,
    narrowed: [...first.narrowed, ...second.narrowed],
    gaps: [...(ceiling.maximum?.notes ?? []).filter(({ isGap }) => isGap === true), ...notes].map(
      ({ text }) => text,
    ),
    missingPrograms,
  };
}

/** Nothing keeps missing what could come up only where nothing may be written. */
function withoutUncreatable(rules: readonly PathRule[]): readonly PathRule[] {
  const index = indexRules(rules);
  return rules.filter(({ kind, path }) => kind !== 'missing' || index.accessAt(parentOf(path)) === 'write');
}

function belowMaximum(
  { rules, restrictsFiles }: NormalisedPolicy,
  { maximum }: Pick<Ceiling, 'maximum'>,
): Pick<CeiledPolicy, 'narrowed'> & { readonly rules: readonly PathRule[]; readonly isRestricted: boolean } {
  if (maximum === undefined) return { rules, narrowed: [], isRestricted: restrictsFiles };
  return { ...intersect(rules, maximum.rules), isRestricted: true };
}

/** Whoever restricts the network first is named: the intent, before the ceiling. */
function networkBelow(
  policy: NormalisedPolicy,
  { maximum }: Ceiling,
): Pick<NormalisedPolicy, 'network' | 'networkOrigin'> {
  const deciding = policy.network === 'enabled' && maximum?.network === 'restricted' ? maximum : policy;
  return { network: deciding.network, networkOrigin: deciding.networkOrigin };
}

function writableRoots(rules: readonly PathRule[]): readonly PathRule[] {
  return rules.filter(({ access, kind }) => access === 'write' && kind === 'directory');
}

/** What the search for protections works with. */
interface Surroundings {
  readonly files: FileFacts;
  readonly trees: ScannedTrees;
  /** Taken down by whoever comes by something. */
  readonly notes: PolicyNote[];
  /** The same, of what is protected more than it has to be. */
  readonly remarks: PolicyNote[];
  readonly missingPrograms: MissingProgram[];
  /** The same. */
  readonly looseLinks: LooseLink[];
  /** The same. */
  readonly openWays: OpenWay[];
}

/** Everything may be written, but for executable configuration inside the writable roots. */
function protections(
  rules: readonly PathRule[],
  ceiling: Ceiling,
  { files, trees, notes, remarks, missingPrograms, looseLinks, openWays }: Surroundings,
): readonly PathRule[] {
  const index = indexRules(rules);
  const roots = writableRoots(rules);
  const kept = roots.map(({ path }) => path);
  const { maximum, operatorNames = [], passing = [] } = ceiling;
  const held = heldNames(operatorNames, maximum?.rules ?? [], rules, files);
  const git = gitProtection(kept, { rules, index }, files, trees);
  notes.push(...held.gaps.map(asNote), ...git.notes);
  remarks.push(...git.remarks);
  missingPrograms.push(...git.missingPrograms);
  // In a directory that many share, nobody's configuration is looked for.
  const own = roots.filter(({ path, isShared }) => !isShared && !passing.includes(path));
  const atTop = own.flatMap(({ path }) =>
    protectedAtTop(path, held.roots.has(path) ? { ...ceiling, operatorNames: [] } : ceiling, files),
  );
  const { repositories, links } = git;
  const protection = new PathProtection({ files, index, roots: kept, repositories, links });
  const missing = rules.filter(({ kind }) => kind === 'missing');
  const found = [
    ...[...atTop, ...git.paths].flatMap((path) => protection.rulesFor(path)),
    ...missing.flatMap(({ path }) => protection.rulesAbove(path)),
  ];
  const inside = [...found.filter(({ path }) => index.accessAt(path) === 'write'), ...held.rules];
  const restrictions = [...inside, ...rules.filter(({ access }) => access !== 'write')];
  const restricted = restrictions.map(({ path }) => path);
  const deep = deepRestrictions(restricted, rules);
  remarks.push(...noteOfDeep([...git.tooDeep, ...deep]));
  const aboveDeep = deep.flatMap(({ directory: path }) => protection.rulesFor({ path }));
  const isLoose = looseBeside(index, inside);
  const crossed = looseOnWay(git.crossed, isLoose);
  const ways = looseWays(git.openWays, isLoose);
  const named = looseNamed(git.crossedByConfigs, isLoose);
  notes.push(...[...crossed.notes, ...ways.notes, ...named.notes].map(asNote));
  protection.noteLooseLinks([...named.found, ...crossed.found]);
  looseLinks.push(...protection.looseLinks);
  openWays.push(...ways.found);
  notes.push(...protection.gaps.map(asNote));
  return [EVERYTHING, ...inside, ...aboveDeep];
}

/** Says of a link whether it may be written and nothing keeps it. */
function looseBeside(index: RuleIndex, kept: readonly PathRule[]): (path: string) => boolean {
  const paths = new Set(kept.map(({ path }) => path));
  return (path) => index.accessAt(path) === 'write' && !isWithinAny(path, paths);
}

function asNote(text: string): PolicyNote {
  return { origin: ORIGIN, text };
}

/** Nobody opens what is hidden, wherever it is mounted. */
function hiding({ hidden }: Ceiling, files: FileFacts, aliased: AliasedDenials): readonly PathRule[] {
  const rules = mergeRules([EVERYTHING, ...hidden.map((one) => denialOf(one, files))]);
  return aliased.addTo(rules).filter(({ access }) => access === 'deny');
}

function denialOf({ path: hidden, origin }: HiddenPath, files: FileFacts): PathRule {
  const resolved = resolvePath(hidden, files);
  if (resolved.kind === 'deadEnd')
    refuse('sandbox', `${resolved.why}, so it is unknown what of ${hidden} to hide; mend it`);
  const { path, kind, identity, isShared } = resolved;
  if (kind === 'missing') throw new StalePlan(path, 'has gone');
  return { path, access: 'deny', kind, identity, origin, isShared };
}

const ORIGIN = DEFAULTS.configuration;

const EVERYTHING: PathRule = {
  path: '/',
  access: 'write',
  kind: 'directory',
  identity: undefined,
  origin: ORIGIN,
  isShared: false,
};
