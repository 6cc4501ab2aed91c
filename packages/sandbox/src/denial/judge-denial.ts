import { posix } from 'node:path';
import {
  type DenialFinding,
  formatPathUri,
  MAX_DENIAL_FINDINGS,
  MAX_DENIAL_PATH_LENGTH,
  type SandboxDenial,
} from '@holdfast/exec-protocol';
import { withBoundedLooks } from '../files/bounded-looks.js';
import { isExecutable } from '../files/executable.js';
import type { FileFacts } from '../files/file-facts.js';
import { namesOf, pathFrom } from '../files/paths.js';
import { StalePlan } from '../files/stale-plan.js';
import type { HostFacts } from '../host-facts.js';
import { MAX_JUDGED_LOOKS, MAX_JUDGED_PATHS } from '../limits.js';
import { mountsIn } from '../mounts/mount-table.js';
import { withoutUnasked } from '../mounts/unasked-mounts.js';
import type { NetworkDecision } from '../network/gate.js';
import { reasonOf } from '../network/reason-of.js';
import type { SandboxPlan } from '../plan-sandbox.js';
import { DEFAULTS, type RuleOrigin } from '../policy/rule-origin.js';
import { type Decision, decisionsIn } from '../policy/visibility.js';
import { type Complaint, complaintIn, isNetworkComplaint } from './complaint.js';
import { type CoveredNames, coveredNamesOf } from './covered-names.js';
import { lastLines } from './last-lines.js';

/** A command that has failed in its sandbox. */
export interface FailedCommand {
  /** 128 + n after signal n. */
  readonly exitCode: number;
  readonly cwd: string;
  /** The end of what it has printed. */
  readonly output: string;
  /** What the proxy of its managed network has refused it, the newest first; default nothing. */
  readonly refusals?: readonly NetworkDecision[];
}

/** What of a plan decides whether it is to blame. */
export type JudgedPlan = Pick<SandboxPlan, 'policy' | 'decisions' | 'hosts'>;

/** How a call of another instruction set ends a command, which may as well have ended so by itself. */
const SIGSYS_EXIT = 159;

/** How shells end that could not execute what they found. */
const NOT_EXECUTABLE_EXIT = 126;

/**
 * Decides whether the sandbox made a command fail, and what it has denied; undefined when nothing says so.
 * @param mayWrite Whether the executor itself may write a path: what it may not do either, no sandbox has denied.
 */
export function judgeDenial(
  command: FailedCommand,
  plan: JudgedPlan,
  { files, mountTable }: Pick<HostFacts, 'files' | 'mountTable'>,
  mayWrite: (path: string) => boolean,
): SandboxDenial | undefined {
  const { exitCode, cwd, output, refusals = [] } = command;
  // Whoever has printed the paths may have aimed them at what never answers.
  const answering = withoutUnasked(files, mountsIn(mountTable()), plan.policy.rules, [cwd]);
  const bounded = withBoundedLooks(answering, MAX_JUDGED_LOOKS);
  const judge: Judge = {
    cwd,
    noNetworkBy: noNetworkBy(plan),
    decisionAt: unlessStale(decisionsIn(plan.policy, plan.decisions, bounded)),
    ownRightsAt: (path) => ownRightsAt(path, bounded, exitCode),
    covered: coveredNamesOf(plan.policy),
    mayWrite,
    pathsLeft: MAX_JUDGED_PATHS,
  };
  const found = new Map<string, DenialFinding>();
  const add = (finding: DenialFinding): unknown => found.set(JSON.stringify(finding), finding);
  for (const refusal of refusals) add(ofRefusal(refusal, plan));
  if (exitCode === SIGSYS_EXIT) add(FILTERED);
  // From the end: that is where the reason stands, should there be more paths than are looked up.
  for (const line of lastLines(output)) for (const finding of findingsIn(line, judge)) add(finding);
  const findings = strongest([...found.values()]);
  return findings.length === 0 ? undefined : { findings };
}

/** Others may go on in the same directories: a path that changes while it is looked at says nothing. */
function unlessStale(decisionAt: Judge['decisionAt']): Judge['decisionAt'] {
  return (path) => {
    try {
      return decisionAt(path);
    } catch (error) {
      if (error instanceof StalePlan) return undefined;
      throw error;
    }
  };
}

/**
 * What refuses a path by the rights that the file itself gives, wherever a command runs or to root in every sandbox; undefined
 * where that is not known to be so.
 */
function ownRightsAt(path: string, files: FileFacts, exitCode: number): OwnRights | undefined {
  try {
    const found = files.look(path);
    if (found === undefined) return undefined;
    if (files.isUnreadable?.(found) === true) return 'unreadable';
    const isExecuted = exitCode === NOT_EXECUTABLE_EXIT && found.kind === 'file';
    return isExecuted && !isExecutable(found) ? 'notExecutable' : undefined;
  } catch {
    return undefined;
  }
}

/** The surest first. Words that name nothing add nothing to what names something. */
function strongest(found: readonly DenialFinding[]): readonly DenialFinding[] {
  const named = SURENESS.flatMap((sure) =>
    RANKS.flatMap((rank) => found.filter((one) => one.confidence === sure && one.evidence === rank)),
  );
  return named.length > 0 ? named.slice(0, MAX_DENIAL_FINDINGS) : found;
}

const SURENESS: readonly DenialFinding['confidence'][] = ['certain', 'likely', 'possible'];

const RANKS: readonly DenialFinding['evidence'][] = ['refusal', 'path', 'network', 'signal'];

const WORDS: DenialFinding = { evidence: 'words', confidence: 'possible' };

const FILTERED: DenialFinding = {
  evidence: 'signal',
  confidence: 'possible',
  subject: { type: 'systemCall', signal: 'SIGSYS' },
  rule: DEFAULTS.systemCalls,
};

/** Nobody could execute it, or root has no rights over it in a sandbox. */
type OwnRights = 'notExecutable' | 'unreadable';

/** What decides about the lines of one command. */
interface Judge {
  readonly cwd: string;
  /** Who keeps the network from the command; undefined where it has that of the machine. */
  readonly noNetworkBy: RuleOrigin | undefined;
  readonly decisionAt: (path: string) => Decision | undefined;
  readonly ownRightsAt: (path: string) => OwnRights | undefined;
  readonly covered: CoveredNames;
  readonly mayWrite: (path: string) => boolean;
  /** Counted down. */
  pathsLeft: number;
}

/** Past the proxy of a managed network there is none, whatever the intent says. */
function noNetworkBy({ policy, hosts }: JudgedPlan): RuleOrigin | undefined {
  if (hosts !== undefined) return { source: 'intent', entry: hosts.listedIn };
  return policy.network === 'restricted' ? policy.networkOrigin : undefined;
}

function ofRefusal(decision: NetworkDecision, { hosts }: JudgedPlan): DenialFinding {
  const { protocol, host, port, rule } = decision;
  return {
    evidence: 'refusal',
    confidence: 'certain',
    subject: {
      type: 'host',
      protocol,
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      reason: reasonOf(decision),
    },
    rule: {
      source: 'intent',
      entry: hosts?.listedIn ?? 'network',
      ...(rule === undefined ? {} : { pattern: rule }),
    },
  };
}

function findingsIn(line: string, judge: Judge): readonly DenialFinding[] {
  const { noNetworkBy: rule } = judge;
  if (rule !== undefined && isNetworkComplaint(line))
    return [{ evidence: 'network', confidence: 'likely', subject: { type: 'network' }, rule }];
  const complaint = complaintIn(line, judge.pathsLeft);
  if (complaint === undefined) return [];
  const { kind } = complaint;
  if (complaint.paths.length === 0) return kind === 'held' || kind === 'taken' ? [] : [WORDS];
  const paths = complaint.paths.slice(0, judge.pathsLeft);
  judge.pathsLeft -= paths.length;
  const found = paths.flatMap((named) => pathDenied(kind, pathFrom(judge.cwd, named), judge));
  return findingsOf(complaint, found);
}

function findingsOf(
  { kind, areAlternatives }: Complaint,
  found: readonly (DeniedPath | OwnRights)[],
): readonly DenialFinding[] {
  const denied = found.filter((one) => typeof one === 'object');
  const own = found.find((one) => typeof one === 'string');
  // It is there, and so is the one that was meant.
  if (own !== undefined && (areAlternatives || denied.length === 0))
    return own === 'unreadable' ? [WORDS] : [];
  if (denied.length > 0) return (areAlternatives ? likeliest(denied) : denied).map(ofPath);
  // The filter and the missing capabilities refuse things at any path.
  return kind === 'notPermitted' ? [WORDS] : [];
}

interface DeniedPath extends Pick<Decision, 'origin' | 'isThere'>, Pick<DenialFinding, 'confidence'> {
  readonly path: string;
  readonly operation: 'read' | 'write';
}

/** The one that is there; else the shortest, for it is rather words than blanks in a name that stand before it. */
function likeliest(denied: readonly DeniedPath[]): readonly DeniedPath[] {
  return [denied.find(({ isThere }) => isThere) ?? denied.at(-1)].flatMap((one) => one ?? []);
}

/** Where the executor cannot go itself, no sandbox has denied anything. */
function pathDenied(
  kind: Complaint['kind'],
  named: string,
  { decisionAt, ownRightsAt, covered, mayWrite }: Judge,
): readonly (DeniedPath | OwnRights)[] {
  const decision = decisionAt(named);
  if (decision === undefined) return [];
  const { access, target, origin, isThere } = decision;
  // By name alone it would be another path.
  const path = namesOf(named).includes('..') ? target : posix.resolve(named);
  if (kind === 'held' || kind === 'taken') return coveredPath(kind, path, decision, covered);
  const denied = { path, isThere, origin, confidence: 'likely' } as const;
  if (access === 'deny') return [{ ...denied, operation: 'read' }];
  const own = kind === 'accessDenied' && isThere ? ownRightsAt(target) : undefined;
  if (own !== undefined) return [own];
  const isAllowed = access === 'write' || (kind !== 'readOnly' && !mayWrite(path));
  return isAllowed ? [] : [{ ...denied, operation: 'write' }];
}

function coveredPath(
  kind: 'held' | 'taken',
  path: string,
  { access, target, origin, isThere }: Decision,
  covered: CoveredNames,
): readonly DeniedPath[] {
  const changed = { path, isThere, operation: 'write' } as const;
  if (kind === 'held') {
    const keeper = covered.heldFor(target);
    if (keeper === undefined) return [];
    return [{ ...changed, origin: access === 'write' ? keeper : origin, confidence: 'likely' }];
  }
  // Whoever only looks for files, such as `grep x .*`, meets what stands there as well.
  const keeper = covered.takenFor(target);
  return keeper === undefined ? [] : [{ ...changed, origin: keeper, confidence: 'possible' }];
}

function ofPath({ path, operation, confidence, origin: rule }: DeniedPath): DenialFinding {
  const uri = formatPathUri(path, 'posix');
  const isShort = uri.length <= MAX_DENIAL_PATH_LENGTH;
  const subject = isShort ? { subject: { type: 'path' as const, path: uri, operation } as const } : {};
  return { evidence: 'path', confidence, ...subject, rule };
}
