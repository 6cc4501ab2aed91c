import { posix } from 'node:path';
import type { FileFacts } from '../files/file-facts.js';
import { MAX_JUDGED_LINES } from '../limits.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import { accessTo } from '../policy/visibility.js';
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
  const lines = output.split('\n').slice(-MAX_JUDGED_LINES);
  const found = lines.flatMap((line): readonly Denial[] => {
    const evidence = evidenceIn(line, cwd, policy, files, mayWrite);
    return evidence === undefined ? [] : [{ evidence, line }];
  });
  return RANKS.map((rank) => found.find(({ evidence }) => evidence === rank)).find(
    (one) => one !== undefined,
  );
}

const RANKS: readonly DenialEvidence[] = ['path', 'network', 'words'];

function evidenceIn(
  line: string,
  cwd: string,
  policy: NormalisedPolicy,
  files: FileFacts,
  mayWrite: (path: string) => boolean,
): DenialEvidence | undefined {
  if (policy.network === 'restricted' && isNetworkComplaint(line)) return 'network';
  const complaint = complaintIn(line);
  if (complaint === undefined) return undefined;
  if (complaint.paths.length === 0) return 'words';
  const isOurs = complaint.paths.some((named) => {
    const path = posix.resolve(cwd, named);
    return isDenied(complaint.kind, accessTo(path, policy, files), () => mayWrite(path));
  });
  if (isOurs) return 'path';
  // The filter and the missing capabilities refuse things at any path.
  return complaint.kind === 'notPermitted' ? 'words' : undefined;
}

function isDenied(
  kind: Complaint['kind'],
  access: ReturnType<typeof accessTo>,
  mayWrite: () => boolean,
): boolean {
  if (access === undefined || access === 'deny') return true;
  return access === 'read' && (kind === 'readOnly' || mayWrite());
}
