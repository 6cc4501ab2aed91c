import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ExecError } from '@holdfast/exec-protocol';
import { errorCode } from '../files/error-code.js';
import { isOutOfReach } from '../files/out-of-reach.js';
import { StalePlan } from '../files/stale-plan.js';
import type { MountPrograms } from '../linux/launch-plan.js';
import { SEALED } from '../linux/mount-words.js';
import { findMountPrograms } from '../machine/mount-programs.js';
import { readMountTable } from '../machine/read-mount-table.js';
import { findTreeCloser } from '../machine/tree-closer.js';
import { misplacedMount } from '../mounts/check-mounts.js';
import { HOST, leftOpen, mountsToOpen, withOpened } from '../mounts/mount-access.js';
import type { MountStep } from '../mounts/mount-step.js';
import { type Mount, mountsIn } from '../mounts/mount-table.js';
import { closeTree } from './close-tree.js';
import type { NamedProcess } from './first-process.js';
import { MountOpener } from './mount-opener.js';

/** What a sandbox is to have mounted. */
export interface MountOrders {
  readonly mounts: readonly MountStep[];
  /** What opens those that may be written; undefined where there are none. */
  readonly opening?: MountPrograms | undefined;
}

/** Sees to it that a sandbox has all mounted as planned before its command runs. */
export class PlannedMounts {
  readonly #opening: MountPrograms | undefined;
  /** Until they are settled. */
  #mounts: readonly MountStep[];
  #opener: MountOpener | undefined;

  constructor({ mounts, opening }: MountOrders) {
    this.#opening = opening;
    this.#mounts = mounts;
  }

  /**
   * Takes hold of the namespaces of a sandbox that is being set up.
   * @returns false where that must be tried again, for there is no free descriptor, or the sandbox has just ended; an error where this
   * program may not do that.
   */
  takeHold(first: NamedProcess): boolean | ExecError {
    if (this.#opening === undefined) return true;
    try {
      this.#opener = new MountOpener(first, this.#opening);
      return true;
    } catch (error) {
      if (PASSING.has(errorCode(error) ?? '')) return false;
      return barred(error) ?? notOpened(String(error));
    }
  }

  /**
   * Whether the wrapper waits with a host that should be read-only.
   * @param first The number of the first process of the sandbox.
   * @returns an error where this program may not look.
   */
  isSealed(first: number): boolean | ExecError {
    try {
      statSync(`/proc/${first}/root/${SEALED}`);
      return true;
    } catch (error) {
      return barred(error) ?? false;
    }
  }

  /**
   * Closes what of the host the wrapper could not, which waits for that.
   * @returns why the plan is to be made anew, or that nothing here can close it; undefined where all is closed that anybody in the
   *   sandbox gets to.
   */
  async close(first: NamedProcess): Promise<ExecError | undefined> {
    const open = leftOpenIn(first);
    if (open?.length === 0) return undefined;
    const opening = this.#opening ?? findMountPrograms();
    const closer = findTreeCloser();
    const canClose = opening !== undefined && closer !== undefined;
    const complaint = canClose ? await closeTree(first, HOST, opening.nsenter, closer).catch(String) : '';
    const left = leftOpenIn(first);
    if (left === undefined) return new StalePlan('what the host has mounted', 'could not be closed');
    const [within] = left.map(hostPathOf).filter((path) => !isOutOfReach(path));
    if (within === undefined) return undefined;
    if (!canClose) return notClosed(within, 'install perl or python3');
    return REFUSED_FOR_GOOD.test(complaint)
      ? notClosed(within, `let this program call mount_setattr, which was refused (${complaint})`)
      : new StalePlan(`${within} (${complaint})`, 'could not be closed');
  }

  /**
   * Compares what is mounted, opens what may be written once all is as planned, and lets go of the namespaces.
   * @param first The number of the first process of the sandbox, which is set up. @param outside What its wrapper has mounted.
   * @param inside What it has itself. Both as in `/proc/PID/mountinfo`.
   * @returns why the plan is to be made anew, or that nothing here can open them; undefined where all is as it is to be.
   */
  async settle(first: number, outside: string, inside: string): Promise<ExecError | undefined> {
    try {
      return await this.#settle(first, outside, inside);
    } finally {
      this.end();
    }
  }

  async #settle(first: number, outside: string, inside: string): Promise<ExecError | undefined> {
    const mounts = this.#mounts;
    const [host, there] = [mountsIn(outside), mountsIn(inside)];
    const misplaced = misplacedMount(mounts, host, there, isOutOfReach);
    if (misplaced !== undefined) return new StalePlan(misplaced, 'was replaced');
    const closed = mountsToOpen(mounts, host, there);
    if (closed.length === 0) return undefined;
    const complaint = await this.#opener?.open(closed).catch(String);
    const after = readMountTable(first);
    if (isDeepStrictEqual(mountsIn(after ?? ''), withOpened(there, closed))) return undefined;
    if (after === inside && complaint) return notOpened(complaint);
    const paths = closed.map(({ path }) => path).join(', ');
    return new StalePlan(complaint ? `${paths} (${complaint})` : paths, 'could not be opened');
  }

  /** Lets go of the namespaces, and of what was to be mounted. May be called twice. */
  end(): void {
    this.#mounts = [];
    this.#opener?.end();
  }
}

/** Whoever starts an ordinary bubblewrap may look at it; one that gets the rights of root from its file is closed to others. */
function barred(cause: unknown): ExecError | undefined {
  if (!BARRED.has(errorCode(cause) ?? '')) return undefined;
  return new ExecError(
    'sandboxUnsupported',
    'sandbox: this program may not enter the namespaces of bubblewrap; use one that is not set-user-ID',
    { cause },
  );
}

/** A lack that may pass, or a process that has gone. */
const PASSING: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOENT', 'ESRCH', 'EINVAL']);

function notOpened(problem: string): ExecError {
  return new ExecError(
    'sandboxUnsupported',
    `sandbox: what may be written is opened with nsenter and mount of util-linux, which does not work here (${problem}); try them by hand`,
  );
}

/** By an old kernel, or the filter of a container, in the words of the C library. */
const REFUSED_FOR_GOOD = /Function not implemented|Operation not permitted/;

function notClosed(path: string, remedy: string): ExecError {
  return new ExecError(
    'sandboxUnsupported',
    `sandbox: ${path} is mounted where bubblewrap cannot make it read-only, and nothing here can do it from outside; on Linux 5.12 or newer, ${remedy}`,
  );
}

function leftOpenIn({ pid }: NamedProcess): readonly Mount[] | undefined {
  const table = readMountTable(pid);
  return table === undefined ? undefined : leftOpen(mountsIn(table));
}

function hostPathOf({ path }: Mount): string {
  return path.slice(HOST.length);
}

const BARRED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);
