import { statSync } from 'node:fs';
import { ExecError } from '@holdfast/exec-protocol';
import { errorCode } from '../files/error-code.js';
import { isOutOfReach } from '../files/out-of-reach.js';
import { StalePlan } from '../files/stale-plan.js';
import type { MountPrograms } from '../linux/mount-programs.js';
import type { MountStep } from '../linux/mount-step.js';
import { SEALED } from '../linux/mount-words.js';
import { misplacedMount } from './check-mounts.js';
import type { NamedProcess } from './first-process.js';
import { leftOpen, mountsToOpen, withOpened } from './mount-access.js';
import { MountOpener } from './mount-opener.js';
import { mountsIn, readMountTable } from './mount-table.js';

/** What a sandbox is to have mounted. */
export interface MountOrders {
  readonly mounts: readonly MountStep[];
  /** What of the host must be read-only before anything else is mounted; default nothing in particular. */
  readonly exposed?: readonly string[];
  /** What opens those that may be written; undefined where there are none. */
  readonly opening?: MountPrograms | undefined;
}

/** Sees to it that a sandbox has all mounted as planned before its command runs. */
export class PlannedMounts {
  readonly #orders: MountOrders;
  #opener: MountOpener | undefined;

  constructor(orders: MountOrders) {
    this.#orders = orders;
  }

  /**
   * Takes hold of the namespaces of a sandbox that is being set up.
   * @returns false where that must be tried again, for there is no free descriptor, or the sandbox has just ended; an error where this
   * program may not do that.
   */
  takeHold(first: NamedProcess): boolean | ExecError {
    const { opening } = this.#orders;
    if (opening === undefined) return true;
    try {
      this.#opener = new MountOpener(first, opening);
      return true;
    } catch (error) {
      return barred(error) ?? false;
    }
  }

  /**
   * Looks whether what is exposed has become read-only, when the wrapper waits for that.
   * @param first The number of the first process of the sandbox.
   * @returns false while the wrapper does not wait; what has not, as a reason to make the plan anew, or an error where this program may
   * not look.
   */
  isSealed(first: number): boolean | ExecError {
    try {
      statSync(`/proc/${first}/root/${SEALED}`);
    } catch (error) {
      return barred(error) ?? false;
    }
    const table = readMountTable(first);
    if (table === undefined) return false;
    const open = leftOpen(this.#orders.exposed ?? [], mountsIn(table));
    return open === undefined || new StalePlan(open, 'could not be closed');
  }

  /**
   * Compares what is mounted, opens what may be written once all is as planned, and lets go of the namespaces.
   * @param first The number of the first process of the sandbox, which is set up. @param outside What its wrapper has mounted.
   * @param inside What it has itself. Both as in `/proc/PID/mountinfo`.
   * @returns why the plan is to be made anew; undefined where all is as it is to be.
   */
  async settle(first: number, outside: string, inside: string): Promise<StalePlan | undefined> {
    try {
      return await this.#settle(first, outside, inside);
    } finally {
      this.end();
    }
  }

  async #settle(first: number, outside: string, inside: string): Promise<StalePlan | undefined> {
    const { mounts } = this.#orders;
    const misplaced = misplacedMount(mounts, outside, inside, isOutOfReach);
    if (misplaced !== undefined) return new StalePlan(misplaced, 'was replaced');
    const closed = mountsToOpen(mounts, outside, inside);
    if (closed.length === 0) return undefined;
    const complaint = await this.#opener?.open(closed).catch(String);
    if (readMountTable(first) === withOpened(inside, closed)) return undefined;
    const paths = closed.map(({ path }) => path).join(', ');
    return new StalePlan(complaint ? `${paths} (${complaint})` : paths, 'could not be opened');
  }

  /** Lets go of the namespaces. May be called twice. */
  end(): void {
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

const BARRED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);
