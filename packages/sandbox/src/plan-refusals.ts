import { ExecError } from '@holdfast/exec-protocol';
import type { CeiledPolicy } from './ceiling/ceiling.js';
import type { CeilingSource } from './ceiling/operator-ceiling.js';
import type { FileFacts } from './files/file-facts.js';
import { nameOfHand } from './files/hands.js';
import { kernelTreeOf } from './files/kernel-trees.js';
import { mayEnter } from './files/may-enter.js';
import type { OwnUser } from './files/own-user.js';
import { parentOf } from './files/paths.js';
import { type ResolvedPath, resolvePath } from './files/resolve-path.js';
import { MAX_KEPT_MOUNTS, MAX_PINNED_DEPTH } from './limits.js';
import type { Architecture } from './linux/seccomp/syscalls.js';
import { outsidePrograms } from './machine/outside-programs.js';
import type { WorkingBwrap } from './machine/probe-bwrap.js';
import type { BuriedDenial } from './mounts/buried-denials.js';
import { coveredKernelMounts } from './mounts/kinds-of-mounts.js';
import type { Mount } from './mounts/mount-table.js';
import type { MovablePlaces } from './mounts/movable-places.js';
import type { HostRules } from './network/host-rules.js';
import { indexRules } from './policy/access.js';
import { type ExposedDenial, exposedDenials } from './policy/exposed-denials.js';
import type { NormalisedPolicy, PathRule, PolicyNote } from './policy/path-rule.js';
import { DEFAULTS, nameOf } from './policy/rule-origin.js';
import { originOfReplacing, replaceableIn, unreadableByLink } from './policy/visibility.js';
import { refuse } from './refuse.js';

/** What runs the sandboxes. */
interface Executor {
  readonly platform: string;
  readonly architecture: string;
  readonly isNested?: boolean;
}

/**
 * For which system calls are filtered.
 * @throws ExecError `sandboxUnsupported`, or `sandboxNested`, where this executor can have no sandboxes.
 */
export function architectureOf({ platform, architecture, isNested }: Executor): Architecture {
  if (isNested === true) {
    throw new ExecError(
      'sandboxNested',
      'sandbox: this executor runs inside of a sandbox of its system, in which there can be no other; start it outside, or let commands have that one alone (holdfast serve --sandbox-inherit)',
    );
  }
  if (platform !== 'linux') {
    throw new ExecError(
      'sandboxUnsupported',
      `sandbox: this executor runs ${platform}, for which there is no sandbox yet; send null to run without`,
    );
  }
  if (architecture === 'x64' || architecture === 'arm64') return architecture;
  throw new ExecError(
    'sandboxUnsupported',
    `sandbox: there is no system call filter for ${architecture}; use an executor on x64 or arm64`,
  );
}

/** @throws ExecError `sandboxUnsupported` for hosts where the ceiling allows no network. */
export function refuseHostsBelow({ network }: CeilingSource, hosts: HostRules | undefined): void {
  if (hosts !== undefined && network === 'restricted')
    refuse('network', 'this executor allows none; allow no hosts');
}

/**
 * What is run outside of this sandbox and others would be chosen by the command, for the next start.
 * @throws ExecError `sandboxUnsupported` where the policy lets it.
 */
export function refuseReplaceable(
  { program }: WorkingBwrap,
  policy: NormalisedPolicy,
  files: FileFacts,
): void {
  const isReplaceable = replaceableIn(policy, files);
  const by = (path: string): string => {
    const origin = originOfReplacing(path, policy, files);
    return origin === undefined ? 'sandbox' : nameOf(origin);
  };
  if (isReplaceable(program))
    refuse(
      by(program),
      `${program} lies where the command may write, and is run outside of sandboxes; allow less to be written, or install bubblewrap elsewhere`,
    );
  const other = outsidePrograms(program, files).find(isReplaceable);
  if (other === undefined) return;
  refuse(
    by(other),
    `${other} lies where the command may write, and programs there are run outside of sandboxes; allow less to be written`,
  );
}

/** Refused it is not: whoever has installed this program in a project could have no command confined there. */
export function notesOfOwnProgram(
  runBy: readonly string[],
  policy: NormalisedPolicy,
  files: FileFacts,
): readonly PolicyNote[] {
  return runBy.filter(replaceableIn(policy, files)).map((file) => ({
    origin: DEFAULTS.configuration,
    text: `${file} lies where the command may write, and is run outside of sandboxes to begin the next one; install it outside of that`,
  }));
}

/**
 * What others may keep from being covered.
 * @returns what of that every sandbox here denies. Refused it is not: nobody who asks for a sandbox could do anything about it.
 * @throws ExecError `sandboxUnsupported` where an entry denies it.
 */
export function notesOfExposed(
  { rules, restrictsFiles }: Pick<NormalisedPolicy, 'rules' | 'restrictsFiles'>,
  own: OwnUser,
  files: FileFacts,
): readonly PolicyNote[] {
  const exposed = restrictsFiles ? exposedDenials(rules, own, files) : [];
  const asked = exposed.find(({ rule }) => rule.origin.source !== 'default');
  if (asked !== undefined) refuse(nameOf(asked.rule.origin), exposureOf(asked));
  return exposed.map((one) => ({ origin: one.rule.origin, text: exposureOf(one) }));
}

function exposureOf({ rule, hand, exchanged }: ExposedDenial): string {
  return `${rule.path} cannot be denied for certain: ${nameOfHand(hand)} may exchange ${exchanged} while it is covered; deny ${parentOf(exchanged)} instead, move it elsewhere, or keep others from that by chown or chmod`;
}

/**
 * What could be seen elsewhere while a command runs.
 * @returns what of that every sandbox here denies, and what a pattern matches. Refused it is not: nobody who asks for a sandbox could do
 *   anything about the one, and a command can make the other.
 * @throws ExecError `sandboxUnsupported` where an entry denies it.
 */
export function notesOfBuried(buried: readonly BuriedDenial[]): readonly PolicyNote[] {
  const asked = buried.find(({ rule }) => rule.origin.source !== 'default' && rule.byPattern !== true);
  if (asked !== undefined) refuse(nameOf(asked.rule.origin), burialOf(asked));
  const [first, ...others] = buried;
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` (and ${others.length} more like it)`;
  return [{ origin: first.rule.origin, text: `${burialOf(first)}${more}` }];
}

function burialOf({ rule, place }: BuriedDenial): string {
  return `${rule.path} is mounted at ${place} as well, in whole or in part, and covered there by another mount, where it cannot be denied for certain; unmount one of them`;
}

/**
 * What a mount at one spelling of a name does not keep.
 * @param respelled Rules about files that have others.
 * @returns what of that every sandbox here keeps. Refused it is not: a start-up file has its name.
 * @throws ExecError `sandboxUnsupported` where an entry says so of a file.
 */
export function notesOfRespelled(respelled: readonly PathRule[]): readonly PolicyNote[] {
  const asked = respelled.find(({ origin }) => origin.source !== 'default');
  if (asked !== undefined)
    refuse(
      nameOf(asked.origin),
      `${asked.path} ${outcomeOf(asked)} by another spelling of its name, since upper and lower case are the same on its file system; ${asked.access === 'deny' ? 'deny' : 'name'} ${parentOf(asked.path)} instead, or move it elsewhere`,
    );
  return (['deny', 'read'] as const).flatMap((access) => {
    const [first, ...others] = respelled.filter((rule) => rule.access === access);
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : ` (and ${others.length} more like it)`;
    const text = `${first.path}${more} ${outcomeOf(first)} by another spelling of its name, since upper and lower case are the same on its file system; keep it on another one`;
    return [{ origin: first.origin, text }];
  });
}

function outcomeOf({ access }: PathRule): string {
  return access === 'deny' ? 'can be read' : 'can be written';
}

/** @throws ExecError `sandboxUnsupported` where what the kernel shows could come to light while a command runs. */
export function refuseCoveredKernelMounts(mounts: readonly Mount[]): void {
  const [covered] = coveredKernelMounts(mounts);
  if (covered === undefined) return;
  refuse(
    'sandbox',
    `${covered.path} shows processes or settings of this machine below another mount, where it cannot be hidden for certain; unmount one of them`,
  );
}

/** Says how much of what this machine has mounted a command could move, and what stays as it is so that it cannot. */
export function notesOfMovable({ left, shut }: MovablePlaces): readonly PolicyNote[] {
  const closed = shut.map(({ path }) => ({
    origin: DEFAULTS.kernelTrees,
    text: `${path} cannot be looked into, and something is mounted below, so all of it stays as it is; let this user enter it (chmod u+x)`,
  }));
  if (left === 0) return closed;
  const text = `${left} directories with something that this machine has mounted can be renamed, which can keep others from starting anything (MAX_KEPT_MOUNTS is ${MAX_KEPT_MOUNTS}, MAX_PINNED_DEPTH ${MAX_PINNED_DEPTH}); allow directories further down to be written`;
  return [...closed, { origin: DEFAULTS.kernelTrees, text }];
}

/**
 * Where a command runs, with all links followed.
 * @throws ExecError `sandboxUnsupported` for what is no directory, or is not shown in the sandbox.
 */
export function visibleDirectory(
  cwd: string,
  policy: NormalisedPolicy & Pick<CeiledPolicy, 'decisions'>,
  files: FileFacts,
): Pick<ResolvedPath, 'path' | 'identity'> {
  const resolved = resolvePath(cwd, files);
  if (resolved.kind === 'deadEnd') refuse('cwd', `${resolved.why}; start the command somewhere else`);
  const { path, kind } = resolved;
  if (kind !== 'directory')
    refuse('cwd', `${cwd} is no directory of this executor; start the command somewhere else`);
  if (policy.restrictsFiles && !mayEnter(path, files))
    refuse('cwd', `${cwd} lets no command of this user in; start it somewhere else, or allow that by chmod`);
  const tree = kernelTreeOf(path);
  if (isAnotherInside(path, policy.restrictsFiles))
    refuse(
      'cwd',
      `${cwd} is not there in a sandbox, which has a ${tree} of its own; start the command somewhere else`,
    );
  if (tree !== undefined || !policy.restrictsFiles || indexRules(policy.rules).accessAt(path) !== 'deny')
    return resolved;
  const why = unreadableByLink(path, policy.decisions, files);
  if (why !== undefined) refuse('cwd', `${cwd} cannot be read in the sandbox, ${why}`);
  const denial = indexRules(policy.decisions).governing(path);
  const since = denial?.access === 'deny' ? `, since ${nameOf(denial.origin)} denies it` : '';
  return refuse(
    'cwd',
    `${cwd} cannot be read in the sandbox${since}; allow it, or start the command somewhere else`,
  );
}

/** What lies in a tree of the sandbox's own under such a name is missing, or something else: a process has another number. */
function isAnotherInside(path: string, restrictsFiles: boolean): boolean {
  return restrictsFiles ? OWN_IN_SANDBOX.test(path) : OWN_PROCESS.test(path);
}

const OWN_PROCESS = /^\/proc\/\d/;
const OWN_IN_SANDBOX = /^\/(proc\/\d|dev\/)/;
