import { randomBytes } from 'node:crypto';
import {
  CLOSED_PROCESS_TTL_MS,
  DETACHED_PROCESS_TTL_MS,
  ExecError,
  MAX_CLOSED_PROCESSES,
  MAX_PROCESSES_PER_SERVER,
} from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../clock.js';
import { ClosedProcesses } from './closed-processes.js';
import { type ManagedProcess, unknownProcess } from './managed-process.js';

const REF_BYTES = 6;

/**
 * All processes of a server, by their refs: what is listed, what can be joined from other sessions, and for how long a
 * process that is over can still be read.
 */
export class ProcessDirectory {
  readonly #clock: Clock;
  readonly #closedTtlMs: number;
  readonly #processes = new Map<string, ManagedProcess>();
  /** Closed and delivered processes, each with the timer that ends its time here. */
  readonly #over = new ClosedProcesses<Over>();
  /** How many processes of each session are not over. */
  readonly #owed = new Map<string, number>();
  #starting = 0;
  #lastNumber = 0;

  /** @param closedTtlMs How long a closed process stays readable; one that outlived its session an hour at least. */
  constructor(clock: Clock, closedTtlMs: number = CLOSED_PROCESS_TTL_MS) {
    this.#clock = clock;
    this.#closedTtlMs = closedTtlMs;
  }

  /** Processes that run or stay readable. */
  get size(): number {
    return this.#processes.size;
  }

  /** A number that no process of this server had before. */
  createNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  /** A ref that no process has. */
  createRef(): string {
    const ref = randomBytes(REF_BYTES).toString('hex');
    return this.#processes.has(ref) ? this.createRef() : ref;
  }

  /** Makes room for one more process until the returned function is called. @throws ExecError `limitExceeded`. */
  reserve(): () => void {
    if (this.#processes.size - this.#over.size + this.#starting >= MAX_PROCESSES_PER_SERVER) {
      throw new ExecError(
        'limitExceeded',
        `this server has ${String(MAX_PROCESSES_PER_SERVER)} processes; end some, or use another server`,
      );
    }
    this.#starting += 1;
    return () => {
      this.#starting -= 1;
    };
  }

  add(process: ManagedProcess): void {
    this.#processes.set(process.traits.ref, process);
    this.#owe(process, 1);
  }

  /** How many of the processes that a session started run or are not delivered yet. */
  countOwed(session: string): number {
    return this.#owed.get(session) ?? 0;
  }

  /** What a principal may see, oldest first. */
  list(principal: string): readonly ManagedProcess[] {
    return [...this.#processes.values()].filter((process) => process.traits.principal === principal);
  }

  /**
   * The process that a ref names, or an id that only one process has.
   * @throws ExecError `processUnknown`, also for processes of other principals, or `refAmbiguous`.
   */
  get(principal: string, refOrId: string): ManagedProcess {
    const visible = this.list(principal);
    const exact = visible.find(({ traits }) => traits.ref === refOrId);
    if (exact !== undefined) return exact;
    const [found, another] = visible.filter(({ traits }) => traits.id === refOrId);
    if (found === undefined) throw unknownProcess(refOrId);
    if (another === undefined) return found;
    throw new ExecError(
      'refAmbiguous',
      `several processes have the id ${JSON.stringify(refOrId)}; name one by its ref, as process/list shows it`,
    );
  }

  /**
   * It is over and nobody is owed anything: it stays readable for a while. Where too many do, the session that has most of them
   * loses the one that closed first.
   */
  retire(process: ManagedProcess, onForget: () => void): void {
    if (this.#over.has(process) || !this.#processes.has(process.traits.ref)) return;
    const leastMs = process.traits.lifetime === 'server' ? DETACHED_PROCESS_TTL_MS : 0;
    const timer = this.#clock.after(Math.max(leastMs, this.#closedTtlMs), () => {
      this.remove(process);
    });
    this.#over.add(process, { timer, onForget });
    this.#owe(process, -1);
    const excess = this.#over.size > MAX_CLOSED_PROCESSES ? this.#over.firstToGo : undefined;
    if (excess !== undefined) this.remove(excess);
  }

  /** Somebody is owed something of it again: it stays until it is retired anew. */
  revive(process: ManagedProcess): void {
    const over = this.#over.take(process);
    if (over === undefined) return;
    over.timer.cancel();
    this.#owe(process, 1);
  }

  /** Forgets a process at once. */
  remove(process: ManagedProcess): void {
    const over = this.#over.take(process);
    if (this.#processes.delete(process.traits.ref) && over === undefined) this.#owe(process, -1);
    over?.timer.cancel();
    over?.onForget();
    process.log.close();
  }

  /** Ends all processes, whomever they belong to, and waits until they are closed. */
  async close(): Promise<void> {
    const all = [...this.#processes.values()];
    await Promise.all(all.map((process) => process.dispose()));
    for (const process of all) this.remove(process);
  }

  /** Counted as they come and go, for each start asks: a session may have a thousand that are over. */
  #owe({ traits: { session } }: ManagedProcess, change: 1 | -1): void {
    const count = this.countOwed(session) + change;
    if (count === 0) this.#owed.delete(session);
    else this.#owed.set(session, count);
  }
}

interface Over {
  readonly timer: Timer;
  readonly onForget: () => void;
}
