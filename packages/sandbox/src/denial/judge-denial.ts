import { posix } from 'node:path';
import type { FileFacts } from '../files/file-facts.js';
import { MAX_JUDGED_LINE_LENGTH, MAX_JUDGED_LINES, MAX_JUDGED_PATHS } from '../limits.js';
import type { Access, NormalisedPolicy } from '../policy/path-rule.js';
import { accessIn } from '../policy/visibility.js';
import { type Complaint, complaintIn, isNetworkComplaint } from './complaint.js';

/** A command that has failed in its sandbox. */
export interface FailedCommand {
  /** 128 + n after signal n. */
  readonly exitCode: number;
  readonly cwd: string;
  /** The end of what it has printed. */
  readonly output: string;
  /** Whether the proxy of its managed network has refused it something; default false. */
  readonly wasRefused?: boolean;
}

/** Why a failure is taken for the work of the sandbox; the first is the surest. */
type DenialEvidence = 'refusal' | 'signal' | 'path' | 'network' | 'words';

/** What the sandbox has denied, as far as can be told. */
export interface Denial {
  readonly evidence: DenialEvidence;
  /** What the evidence was found in. */
  readonly line: string | undefined;
}

const SIGSYS_EXIT = 159;

/**
 * Decides whether the sandbox made a command fail; undefined when nothing says so.
 * @param mayWrite Whether the executor itself may write a path: what it may not do either, no sandbox has denied.
 */
export function judgeDenial(
  { exitCode, cwd, output, wasRefused }: FailedCommand,
  policy: NormalisedPolicy,
  files: FileFacts,
  mayWrite: (path: string) => boolean,
): Denial | undefined {
  if (wasRefused === true) return { evidence: 'refusal', line: undefined };
  if (exitCode === SIGSYS_EXIT) return { evidence: 'signal', line: undefined };
  const judge: Judge = {
    cwd,
    hasNetwork: policy.network !== 'restricted',
    accessTo: accessIn(policy, files),
    mayWrite,
    pathsLeft: MAX_JUDGED_PATHS,
  };
  const lines = output.split('\n').slice(-MAX_JUDGED_LINES);
  // From the end: that is where the reason stands, should there be more paths than are looked up.
  const found = lines.reverse().flatMap((whole): readonly Denial[] => {
    const line = whole.slice(-MAX_JUDGED_LINE_LENGTH);
    const evidence = evidenceIn(line, judge);
    return evidence === undefined ? [] : [{ evidence, line }];
  });
  return RANKS.map((rank) => found.findLast(({ evidence }) => evidence === rank)).find(
    (one) => one !== undefined,
  );
}

const RANKS: readonly DenialEvidence[] = ['path', 'network', 'words'];

/** What decides about the lines of one command. */
interface Judge {
  readonly cwd: string;
  readonly hasNetwork: boolean;
  readonly accessTo: (path: string) => Access | undefined;
  readonly mayWrite: (path: string) => boolean;
  /** Counted down. */
  pathsLeft: number;
}

function evidenceIn(line: string, judge: Judge): DenialEvidence | undefined {
  if (!judge.hasNetwork && isNetworkComplaint(line)) return 'network';
  const complaint = complaintIn(line);
  if (complaint === undefined) return undefined;
  if (complaint.paths.length === 0) return 'words';
  const paths = complaint.paths.slice(0, judge.pathsLeft);
  judge.pathsLeft -= paths.length;
  if (paths.some((named) => isDenied(complaint.kind, posix.resolve(judge.cwd, named), judge))) return 'path';
  // The filter and the missing capabilities refuse things at any path.
  return complaint.kind === 'notPermitted' ? 'words' : undefined;
}

/** Where the executor cannot go itself, no sandbox has denied anything. */
function isDenied(kind: Complaint['kind'], path: string, { accessTo, mayWrite }: Judge): boolean {
  const access = accessTo(path);
  if (access === 'deny') return true;
  return access === 'read' && (kind === 'readOnly' || mayWrite(path));
}
