import {
  ExecError,
  MAX_ATTACHED_PER_SESSION,
  MAX_PROCESSES_PER_SESSION,
  type ParamsOf,
  type ProcessId,
  type processStart,
  type SandboxReport,
} from '@holdfast/exec-protocol';
import { type SandboxIntent, SetUp } from '@holdfast/sandbox';
import type { Clock } from '../clock.js';
import type { ShortageLog } from '../shortage-log.js';
import type { PushCursorOptions } from './follow/push-cursor.js';
import { type NewsListener, Subscription } from './follow/subscription.js';
import type { Guardian } from './guardian/guardian.js';
import { type LaunchHost, type LaunchPlan, planLaunch } from './launch.js';
import type { LogMemory } from './log/log-memory.js';
import type { LogSpill, OpenSpill } from './log/log-spill.js';
import { ManagedProcess, unknownProcess } from './managed-process.js';
import type { ProcessDirectory } from './process-directory.js';
import type { AppearedLooks, LookReport } from './sandbox/appeared/appeared-looks.js';
import { type NetworkOverseer, orderNetwork } from './sandbox/network-order.js';
import type { Aftermath } from './sandbox/sandbox.js';
import type { Child } from './spawn/child.js';
import type { OsProcesses } from './spawn/os-processes.js';
import { shortageOf, toExecError } from './start-error.js';

/** What processes need from the server around them. */
export interface ProcessHost extends LaunchHost {
  readonly clock: Clock;
  readonly processes: OsProcesses;
  readonly directory: ProcessDirectory;
  readonly guardian: Pick<Guardian, 'watch' | 'forget'>;
  readonly spill: { open(onRoom: () => void): LogSpill };
  readonly logMemory: LogMemory;
  readonly shortages: Pick<ShortageLog, 'met'>;
  readonly looks: Pick<AppearedLooks, 'look'>;
}

/** Whose processes these are. */
export interface ProcessOwner {
  readonly principal: string;
  /** A public label, no credential. */
  readonly session: string;
  /** Whether a lost connection may be replaced, so that what was sent over it may have to be sent again. */
  readonly isResumable: boolean;
}

/** Who is told of what processes do, and asked for them. */
export interface ProcessListeners {
  readonly onNews: NewsListener;
  /** Hears what has appeared while a process ran, or that nobody knows, after its end. */
  readonly onAppeared: (id: ProcessId, report: LookReport) => void;
  readonly network: NetworkOverseer;
}

/** A child that runs, and for one in a sandbox what became of its intent. */
interface Spawned {
  readonly child: Child;
  readonly report?: SandboxReport;
}

type ConfinedLaunch = LaunchPlan & { readonly intent: SandboxIntent };

/** How a process is started. */
export interface StartOptions {
  /** The first output window; undefined for a client that does not use windows. */
  readonly windowBytes: number | undefined;
  /** Fires when the connection that asked for it has gone. */
  readonly gone: AbortSignal;
  /** What has to be done before the process is there; undefined for nothing. Never fails. */
  readonly after?: Promise<void> | undefined;
}

/** The processes that one session knows, by the ids that its client chose: those it started and those it joined. */
export class ProcessTable {
  readonly #host: ProcessHost;
  readonly #owner: ProcessOwner;
  readonly #listeners: ProcessListeners;
  readonly #subscriptions = new Map<ProcessId, Subscription>();
  readonly #starting = new Map<ProcessId, StartUnderWay>();
  #isParked = false;
  #hasWindows = false;
  #isClosed = false;

  constructor(host: ProcessHost, owner: ProcessOwner, listeners: ProcessListeners) {
    this.#host = host;
    this.#owner = owner;
    this.#listeners = listeners;
  }

  /**
   * Starts a process. A failed start leaves nothing behind: its id can be used again at once.
   * @returns what became of its intent; undefined for a process that is not confined.
   * @throws ExecError with the reason why it could not be started.
   */
  async start(
    params: ParamsOf<typeof processStart>,
    { windowBytes, gone, after }: StartOptions,
  ): Promise<SandboxReport | undefined> {
    const id = params.processId;
    this.#checkId(id);
    const owed = this.#host.directory.countOwed(this.#owner.session);
    this.#checkCount(owed + this.#starting.size, MAX_PROCESSES_PER_SESSION, 'end some');
    const plan = planLaunch(params, this.#host, this.#host.directory.createNumber());
    const release = this.#host.directory.reserve();
    const managed = this.#manage(params, plan);
    const calledOff = new AbortController();
    const spawn = (): Promise<Spawned> => this.#spawn(plan, managed, calledOff.signal);
    // Without anything to wait for, nothing is: not even for a turn.
    const spawning = after === undefined ? spawn() : after.then(spawn);
    this.#starting.set(id, { spawning, calledOff });
    let report: SandboxReport | undefined;
    try {
      const spawned = await spawning;
      managed.adopt(spawned.child, plan.child.stdin === 'pipe');
      report = spawned.report;
    } catch (error) {
      const shortage = shortageOf(error);
      if (shortage !== undefined) this.#host.shortages.met(shortage);
      throw toExecError(error);
    } finally {
      this.#starting.delete(id);
      release();
    }
    this.#host.directory.add(managed);
    this.#subscribe(id, managed, {
      isOwner: true,
      ...(gone.aborted ? this.#inherited(windowBytes) : { windowBytes }),
    });
    if (this.#isClosed) await this.#leave(managed);
    return report;
  }

  /**
   * Joins a process that another session started. Whoever joins one that nobody is owed any more becomes its owner.
   * @throws ExecError when it is not there for this principal, has not come as far as `afterSeq`, or the id is in use here.
   */
  attach(id: ProcessId, ref: string, afterSeq: number, windowBytes: number | undefined): ManagedProcess {
    this.#checkId(id);
    const process = this.#host.directory.get(this.#owner.principal, ref);
    checkHappened(process, afterSeq);
    const joined = [...this.#subscriptions.values()].filter((one) => !this.#isOwn(one.process));
    this.#checkCount(joined.length, MAX_ATTACHED_PER_SESSION, 'leave some with process/detach');
    this.#subscribe(id, process, { windowBytes, afterSeq, isOwner: process.takeOwnership() });
    return process;
  }

  /** Leaves a process that was joined; one that this session started stays. */
  detach(id: ProcessId): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined || this.#isOwn(subscription.process)) return;
    this.#subscriptions.delete(id);
    subscription.end();
  }

  /** The client has gone: nothing is pushed for what is known now. */
  park(): void {
    this.#isParked = true;
    for (const subscription of this.#subscriptions.values()) subscription.park();
  }

  /** Those that nothing is pushed for until they `continueAt` some position. */
  parked(): readonly Subscription[] {
    return [...this.#subscriptions.values()].filter(({ isParked }) => isParked);
  }

  /** It is decided where everything goes on. What still starts on behalf of a connection before this one is pushed, too. */
  unpark(hasWindows: boolean): void {
    this.#isParked = false;
    this.#hasWindows = hasWindows;
  }

  /** The processes that this session's principal may see. */
  list(): readonly ManagedProcess[] {
    return this.#host.directory.list(this.#owner.principal);
  }

  /**
   * Calls off the start of a process whose sandbox is being set up: the start fails, and nothing is left of it once `find` has
   * settled. What runs already, and what needs no sandbox, is left alone.
   */
  callOff(id: ProcessId): void {
    const told = `process ${JSON.stringify(id)} was ended before it ran, while its sandbox was set up`;
    this.#starting.get(id)?.calledOff.abort(new ExecError('spawnFailed', `${told}; start it again`));
  }

  /** What this session knows under an id, once it has started if it is just starting; undefined when there is none. */
  async find(id: ProcessId): Promise<Subscription | undefined> {
    await this.#starting.get(id)?.spawning.catch(() => undefined);
    return this.#subscriptions.get(id);
  }

  /** @throws ExecError `processUnknown` when there is none. */
  async get(id: ProcessId): Promise<Subscription> {
    const subscription = await this.find(id);
    if (subscription === undefined) throw unknownProcess(id);
    return subscription;
  }

  /** Ends every process that lives as long as the session, and waits until they are closed. @returns how many ran. */
  async close(): Promise<number> {
    this.#isClosed = true;
    const starting = [...this.#starting.values()];
    for (const { calledOff } of starting) calledOff.abort(sessionOver());
    await Promise.allSettled(starting.map(({ spawning }) => spawning));
    const all = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const subscription of all) subscription.end();
    const own = all.map(({ process }) => process).filter((process) => this.#isOwn(process));
    const running = own.filter(
      (process) => process.isRunning && process.traits.lifetime === 'session',
    ).length;
    await Promise.all(own.map((process) => this.#leave(process)));
    return running;
  }

  #manage(params: ParamsOf<typeof processStart>, plan: LaunchPlan): ManagedProcess {
    const { principal, session } = this.#owner;
    const traits = {
      id: params.processId,
      ref: this.#host.directory.createRef(),
      principal,
      session,
      ...plan.traits,
      startedAtMs: Date.now(),
    };
    const { clock, guardian, directory, processes, spill, logMemory } = this.#host;
    const openSpill: OpenSpill = (onRoom) => spill.open(onRoom);
    const onDelivered = (process: ManagedProcess): void => {
      directory.retire(process, () => {
        this.#subscriptions.delete(process.traits.id);
      });
    };
    const onOwed = (process: ManagedProcess): void => {
      directory.revive(process);
    };
    const host = { clock, guardian, processes, openSpill, logMemory, onDelivered, onOwed };
    return new ManagedProcess(traits, host);
  }

  async #spawn(plan: LaunchPlan, managed: ManagedProcess, calledOff: AbortSignal): Promise<Spawned> {
    const { child, intent, terminal } = plan;
    if (intent === undefined) return { child: await this.#host.processes.spawn(child, terminal, managed) };
    return this.#spawnConfined({ ...plan, intent }, managed, calledOff);
  }

  async #spawnConfined(
    { child, intent, network: wanted, terminal }: ConfinedLaunch,
    managed: ManagedProcess,
    calledOff: AbortSignal,
  ): Promise<Spawned> {
    const { clock, processes, sandboxes } = this.#host;
    const hasTerminal = terminal !== undefined;
    const { id, ref: process } = managed.traits;
    const network = orderNetwork(wanted, id, this.#listeners.network);
    const setUp = new SetUp({ clock, calledOffBy: [calledOff] });
    try {
      setUp.check();
      const asked = { intent, network, child, hasTerminal, process, party: this.#owner, setUp };
      const sandbox = await sandboxes.confine(asked);
      const { started, report, aftermath } = await sandbox.start((confinement) => {
        const confined = confinement === undefined ? child : { ...child, confinement };
        return processes.spawn(confined, terminal, managed);
      });
      if (aftermath !== undefined) this.#superviseBy(aftermath, managed);
      return { child: started, report };
    } finally {
      setUp.end();
    }
  }

  #superviseBy({ judge, look, forget }: Aftermath, managed: ManagedProcess): void {
    managed.judgeBy(judge);
    const { looks } = this.#host;
    const { onAppeared } = this.#listeners;
    const { id, ref } = managed.traits;
    managed.onceExited(() => {
      const tell = (report: LookReport): void => {
        onAppeared(id, report);
      };
      void looks.look(this.#owner, ref, look, tell).finally(forget);
    });
  }

  /** How events are pushed of a process whose start was asked for by a connection that has gone. */
  #inherited(windowBytes: number | undefined): Pick<PushCursorOptions, 'windowBytes' | 'isParked'> {
    if (this.#isParked) return { windowBytes, isParked: true };
    return { windowBytes: this.#hasWindows ? (windowBytes ?? 0) : undefined };
  }

  #subscribe(id: ProcessId, process: ManagedProcess, options: PushCursorOptions): void {
    const needsProof = this.#owner.isResumable;
    this.#subscriptions.set(
      id,
      new Subscription(id, process, { ...options, needsProof }, this.#listeners.onNews),
    );
  }

  async #leave(process: ManagedProcess): Promise<void> {
    if (process.traits.lifetime === 'server') return;
    await process.dispose();
    this.#host.directory.remove(process);
  }

  #isOwn({ traits }: ManagedProcess): boolean {
    return traits.session === this.#owner.session;
  }

  #checkId(id: ProcessId): void {
    if (this.#isClosed) throw sessionOver();
    if (!this.#subscriptions.has(id) && !this.#starting.has(id)) return;
    throw new ExecError('processIdInUse', `process id ${JSON.stringify(id)} is in use; choose another`);
  }

  #checkCount(count: number, limit: number, remedy: string): void {
    if (count < limit) return;
    throw new ExecError(
      'limitExceeded',
      `this session has ${String(limit)} processes; ${remedy}, or use another session`,
    );
  }
}

/** A process that is not there yet. */
interface StartUnderWay {
  readonly spawning: Promise<unknown>;
  /** Ends the set-up of its sandbox. */
  readonly calledOff: AbortController;
}

function sessionOver(): ExecError {
  return new ExecError('sessionUnknown', 'the session has ended; open a new one');
}

/** What lies ahead of the newest event cannot be a place where somebody stopped reading. */
function checkHappened({ log, traits }: ManagedProcess, afterSeq: number): void {
  const newest = log.nextSeq - 1;
  if (afterSeq <= newest) return;
  const told = `process ${JSON.stringify(traits.ref)} has no event ${String(afterSeq)} yet`;
  throw new ExecError(
    'invalidParams',
    `${told}, its newest is ${String(newest)}; join it after at most that`,
  );
}
