import { EventQueue } from './event-queue.js';
import { mix } from './mix.js';

/** A timer that has been set. */
export interface Timer {
  cancel(): void;
}

/** A machine in virtual time: one thread that has timers and gets input. It serves both cores as their clock. */
export interface Machine {
  /** Timers that are set and have not fired. */
  readonly pendingTimers: number;
  readonly isDead: boolean;
  now(): number;
  after(delayMs: number, run: () => void): Timer;
  /** Once everything else has happened that is due here at this instant, as in the next turn of an event loop. */
  nextTurn(run: () => void): void;
  /** Something arrives from outside; what arrives later never overtakes it. */
  input(delayMs: number, run: () => void): void;
  /** Nothing happens here for a while; then everything comes at once. */
  sleep(forMs: number): void;
  /** Nothing ever happens here again. */
  kill(): void;
}

/** Steps that a run may take before it counts as one that never comes to rest. */
const MAX_STEPS = 400_000;

/**
 * Time that passes only from event to event, so that two runs with the same input take the same steps.
 *
 * At one instant the events of one machine keep their order, as an event loop keeps it. Which machine comes first, and
 * whether its timers come before its input, is drawn from `ties`; with 0 everything comes in the order of its making.
 */
export class VirtualTime {
  readonly #ties: number;
  readonly #maxSteps: number;
  readonly #queue = new EventQueue<Event>();
  #now = 0;
  #made = 0;
  #steps = 0;

  constructor(ties: number, maxSteps: number = MAX_STEPS) {
    this.#ties = ties;
    this.#maxSteps = maxSteps;
  }

  get now(): number {
    return this.#now;
  }

  /** Events that have happened so far. */
  get steps(): number {
    return this.#steps;
  }

  createMachine(number: number): Machine {
    return new VirtualMachine(number, this);
  }

  /**
   * Lets everything happen up to an instant, or until `isOver` says so.
   * @throws Error when the world does not come to rest.
   */
  async run(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    await rest();
    while (!isOver()) {
      const event = this.#queue.next;
      if (event === undefined || event.at > untilMs) {
        this.#now = Math.max(this.#now, untilMs);
        return;
      }
      this.#queue.pop();
      if (event.isOver || event.machine.isDead) continue;
      this.#now = event.at;
      if (event.machine.awakeAt > this.#now) this.schedule(event, event.machine.awakeAt);
      else await this.#take(event);
    }
  }

  schedule(event: Event, at: number): void {
    event.at = at;
    event.order = this.#orderOf(event);
    if (event.number === 0) event.number = this.#made += 1;
    this.#queue.push(event);
  }

  async #take(event: Event): Promise<void> {
    this.#steps += 1;
    if (this.#steps > this.#maxSteps) {
      throw new Error(`the world does not come to rest: ${this.#maxSteps} steps until ${this.#now} ms`);
    }
    event.fire();
    await rest();
  }

  #orderOf({ kind, machine, at }: Event): number {
    if (kind === 'turn') return 3;
    if (this.#ties === 0) return 1;
    const isInputFirst = mix(this.#ties, at, 0) % 2 === 0;
    // Within one machine only the kinds differ; between two the fraction decides.
    const place = (kind === 'input') === isInputFirst ? 1 : 2;
    return place + mix(this.#ties, at, machine.number) / 2 ** 32;
  }
}

/** Every promise that an event has settled runs its course before the next event. */
function rest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

class Event {
  at = 0;
  order = 0;
  number = 0;
  isOver = false;
  readonly machine: VirtualMachine;
  readonly kind: 'timer' | 'input' | 'turn';
  readonly #run: () => void;

  constructor(machine: VirtualMachine, kind: Event['kind'], run: () => void) {
    this.machine = machine;
    this.kind = kind;
    this.#run = run;
  }

  fire(): void {
    this.end();
    this.#run();
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.kind === 'timer') this.machine.pendingTimers -= 1;
  }
}

class VirtualMachine implements Machine {
  readonly number: number;
  awakeAt = 0;
  isDead = false;
  pendingTimers = 0;
  readonly #time: VirtualTime;

  constructor(number: number, time: VirtualTime) {
    this.number = number;
    this.#time = time;
  }

  now(): number {
    return this.#time.now;
  }

  after(delayMs: number, run: () => void): Timer {
    const event = new Event(this, 'timer', run);
    this.pendingTimers += 1;
    // As in Node: whole milliseconds, one at least, counted from the last whole one, so up to a millisecond early.
    this.#time.schedule(event, Math.floor(this.now()) + Math.max(1, Math.ceil(delayMs)));
    return {
      cancel: () => {
        event.end();
      },
    };
  }

  nextTurn(run: () => void): void {
    this.#time.schedule(new Event(this, 'turn', run), this.now());
  }

  input(delayMs: number, run: () => void): void {
    this.#time.schedule(new Event(this, 'input', run), this.now() + delayMs);
  }

  sleep(forMs: number): void {
    this.awakeAt = Math.max(this.awakeAt, this.now() + forMs);
  }

  kill(): void {
    this.isDead = true;
  }
}
