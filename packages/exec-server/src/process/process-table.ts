import {
  CLOSED_PROCESS_TTL_MS,
  ExecError,
  MAX_CLOSED_PROCESSES_PER_SESSION,
  MAX_PROCESSES_PER_SESSION,
  type ParamsOf,
  type ProcessId,
  type processStart,
} from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../clock.js';
import { type LaunchHost, planLaunch } from './launch.js';
import { ManagedProcess, unknownProcess } from './managed-process.js';
import { spawnPipe } from './spawn/pipe.js';
import type { PipePool } from './spawn/pipe-pool.js';
import { toExecError } from './start-error.js';

/** What processes need from the server around them. */
export interface ProcessHost extends LaunchHost {
  readonly clock: Clock;
  readonly pipes: PipePool;
}

/** The processes of one session, by the ids that its client chose. */
export class ProcessTable {
  readonly #host: ProcessHost;
  readonly #onNews: (process: ManagedProcess) => void;
  readonly #processes = new Map<ProcessId, ManagedProcess>();
  readonly #starting = new Map<ProcessId, Promise<unknown>>();
  /** Closed and delivered processes, oldest first, each with the timer that ends its readability. */
  readonly #delivered = new Map<ProcessId, Timer>();
  #isClosed = false;

  constructor(host: ProcessHost, onNews: (process: ManagedProcess) => void) {
    this.#host = host;
    this.#onNews = onNews;
  }

  /**
   * Starts a process. A failed start leaves nothing behind: its id can be used again at once.
   * @param windowBytes The first output window; undefined for a client that does not use windows.
   * @throws ExecError with the reason why it could not be started.
   */
  async start(params: ParamsOf<typeof processStart>, windowBytes: number | undefined): Promise<void> {
    const id = params.processId;
    this.#checkId(id);
    const spec = planLaunch(params, this.#host);
    const managed = new ManagedProcess(id, windowBytes, this.#host.clock, {
      onNews: this.#onNews,
      onDelivered: (process) => {
        this.#forgetLater(process.id);
      },
    });
    const spawning = spawnPipe(spec, this.#host.pipes, managed);
    this.#starting.set(id, spawning);
    try {
      managed.adopt(await spawning, spec.stdin === 'pipe');
      this.#processes.set(id, managed);
    } catch (error) {
      throw toExecError(error);
    } finally {
      this.#starting.delete(id);
    }
    if (this.#isClosed) await managed.dispose();
  }

  /** The process of this id, once it has started if it is just starting; undefined when there is none. */
  async find(id: ProcessId): Promise<ManagedProcess | undefined> {
    await this.#starting.get(id)?.catch(() => undefined);
    return this.#processes.get(id);
  }

  /** @throws ExecError `processUnknown` when there is none. */
  async get(id: ProcessId): Promise<ManagedProcess> {
    const process = await this.find(id);
    if (process === undefined) throw unknownProcess(id);
    return process;
  }

  /** Ends every process and waits until all are closed. @returns how many were running. */
  async close(): Promise<number> {
    this.#isClosed = true;
    await Promise.allSettled(this.#starting.values());
    const all = [...this.#processes.values()];
    const running = all.filter((process) => process.isRunning).length;
    await Promise.all(all.map((process) => process.dispose()));
    for (const id of this.#processes.keys()) this.#forget(id);
    return running;
  }

  #checkId(id: ProcessId): void {
    if (this.#isClosed) throw new ExecError('sessionUnknown', 'the session has ended; open a new one');
    if (this.#processes.has(id) || this.#starting.has(id)) {
      throw new ExecError('processIdInUse', `process id ${JSON.stringify(id)} is in use; choose another`);
    }
    if (this.#processes.size - this.#delivered.size + this.#starting.size < MAX_PROCESSES_PER_SESSION) return;
    throw new ExecError(
      'limitExceeded',
      `this session has ${String(MAX_PROCESSES_PER_SESSION)} processes; end some, or use another session`,
    );
  }

  #forgetLater(id: ProcessId): void {
    const timer = this.#host.clock.after(CLOSED_PROCESS_TTL_MS, () => {
      this.#forget(id);
    });
    this.#delivered.set(id, timer);
    for (const oldest of this.#delivered.keys()) {
      if (this.#delivered.size <= MAX_CLOSED_PROCESSES_PER_SESSION) break;
      this.#forget(oldest);
    }
  }

  #forget(id: ProcessId): void {
    this.#delivered.get(id)?.cancel();
    this.#delivered.delete(id);
    this.#processes.delete(id);
  }
}
