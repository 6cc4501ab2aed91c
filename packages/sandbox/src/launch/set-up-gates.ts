import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileIdentity } from '../files/resolve-path.js';
import { StalePlan } from '../files/stale-plan.js';
import { readMountTable } from '../machine/read-mount-table.js';
import { FirstProcess } from './first-process.js';
import { closing, type Pipe } from './pipes.js';
import type { PlannedMounts } from './planned-mounts.js';

/** The pipes that a wrapper waits at, and what for: it goes on when they end. */
interface GatePipes {
  /** For all to be mounted as planned. */
  readonly ready: Pipe | undefined;
  /** For a host that is read-only; undefined where it is taken to be. */
  readonly seal: Pipe | undefined;
  /** For somebody to have hold of its namespaces; undefined where nothing is opened. */
  readonly namespace: Pipe | undefined;
  /** For its command to be where it should be; undefined where it may run in whatever its directory is by then. */
  readonly place: Pipe | undefined;
}

/** What is checked at the gates. */
interface GateOrders {
  readonly mounts: PlannedMounts;
  /** Which directory the command must be in; undefined where it may be any. */
  readonly cwd: FileIdentity | undefined;
}

/** Where a sandbox that is being set up waits until what it has done was looked at. */
export class SetUpGates {
  readonly #pipes: GatePipes;
  readonly #orders: GateOrders;
  readonly #hasEnded: () => boolean;
  #first: FirstProcess | undefined;
  #isLetThrough = false;
  #isInPlace: boolean;

  /** @param hasEnded Whether the wrapper has. */
  constructor(pipes: GatePipes, orders: GateOrders, hasEnded: () => boolean) {
    this.#pipes = pipes;
    this.#orders = orders;
    this.#hasEnded = hasEnded;
    this.#isInPlace = orders.cwd === undefined;
    pipes.ready?.resume();
    for (const pipe of [pipes.seal, pipes.namespace, pipes.place]) {
      pipe?.resume();
      void closing(pipe);
    }
  }

  /** The first process of the sandbox, once it is known for good. */
  get first(): FirstProcess | undefined {
    return this.#first;
  }

  /** Whether all was mounted as planned, and the sandbox told to go on to its command. */
  get isLetThrough(): boolean {
    return this.#isLetThrough;
  }

  /** Whether the command is where it should be. */
  get isInPlace(): boolean {
    return this.#isInPlace;
  }

  /**
   * Lets the sandbox go on from gate to gate while there is a wrapper to end it with. To be called once.
   * @param childPid The number of the first process, as the wrapper tells it.
   * @throws why the sandbox is to be given up.
   */
  async letThrough(wrapperPid: number, childPid: number): Promise<void> {
    const first = await this.#until(RETRY_MS, () => this.#takeHold(wrapperPid, childPid));
    if (first === undefined) return;
    this.#pipes.namespace?.end();
    await this.#seal(first);
    await this.#settle(wrapperPid, first);
  }

  #takeHold(wrapperPid: number, childPid: number): FirstProcess | undefined {
    const first = FirstProcess.below(wrapperPid, childPid);
    if (first === undefined || !sure(this.#orders.mounts.takeHold(first))) return undefined;
    this.#first = first;
    return first;
  }

  async #seal(first: FirstProcess): Promise<void> {
    const { seal } = this.#pipes;
    if (seal === undefined) return;
    const { mounts } = this.#orders;
    const isSealed = await this.#until(NEXT_LOOK_MS, () => sure(mounts.isSealed(first.pid)) || undefined);
    if (isSealed === undefined) return;
    sure(await mounts.close(first));
    seal.end();
  }

  async #settle(wrapperPid: number, first: FirstProcess): Promise<void> {
    const { mounts, cwd } = this.#orders;
    const tables = await this.#until(NEXT_LOOK_MS, () => {
      const outside = first.isSetUp ? readMountTable(wrapperPid) : undefined;
      const inside = outside === undefined ? undefined : readMountTable(first.pid);
      return outside === undefined || inside === undefined ? undefined : { outside, inside };
    });
    if (tables === undefined) return;
    sure(await mounts.settle(first.pid, tables.outside, tables.inside));
    this.#isLetThrough = true;
    // A byte, and no more: one that is not taken tells that the sandbox was not set up.
    this.#pipes.ready?.end('\n');
    if (cwd !== undefined) await this.#checkPlace(first, cwd);
  }

  /** The command waits until it has been seen in the directory that was planned. */
  async #checkPlace(first: FirstProcess, cwd: FileIdentity): Promise<void> {
    const command = await this.#until(NEXT_LOOK_MS, () => first.command);
    if (command === undefined) return;
    if (!isDirectory(`/proc/${command.pid}/cwd`, cwd)) {
      throw new StalePlan('its working directory', 'was replaced');
    }
    this.#isInPlace = true;
    const { place } = this.#pipes;
    // Nothing is heard from there: a library of the command could have kept its end.
    place?.end('\n', () => place.destroy());
  }

  /** @returns what is seen at last; undefined where the sandbox ends before. */
  async #until<T>(everyMs: number, look: () => T | undefined): Promise<T | undefined> {
    while (!this.#hasEnded() && this.#first?.isGone !== true) {
      const seen = look();
      if (seen !== undefined) return seen;
      await sleep(everyMs, undefined, { ref: false });
    }
    return undefined;
  }
}

/** A sandbox is set up in some tens of them. */
const NEXT_LOOK_MS = 1;

/** Without a free descriptor nobody can look. */
const RETRY_MS = 50;

/** @throws the answer where it is an error. */
function sure<T>(answer: T): Exclude<T, Error> {
  if (answer instanceof Error) throw answer;
  return answer as Exclude<T, Error>;
}

function isDirectory(path: string, { device, inode }: FileIdentity): boolean {
  try {
    const { dev, ino } = statSync(path);
    return dev === device && ino === inode;
  } catch {
    // It has ended, or nobody can tell.
    return false;
  }
}
