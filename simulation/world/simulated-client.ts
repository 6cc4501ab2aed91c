import type { AttachedProcess, Client, ClientState, ProcessHandle } from '@holdfast/exec-client';
import { openSession, type SessionOptions } from '@holdfast/exec-client/core';
import type { Transport } from '@holdfast/exec-protocol';
import type { ActPlan, GuestPlan, ProcessPlan, ViewPlan } from '../program/program.js';
import type { Machine } from '../time/virtual-time.js';
import { Calls } from './calls.js';
import { type Watched, watch } from './watcher.js';

/** What a client of the simulation is made with. */
export interface SimulatedClientOptions {
  readonly name: string;
  /** From where on its writes and sizes are numbered, so that no two clients have one of the same number. */
  readonly firstNumber: number;
  readonly machine: Machine;
  readonly session: SessionOptions;
  dial(signal: AbortSignal): Promise<Transport>;
  readonly trace: (text: string) => void;
}

/** A write as it was asked for; `bytes` are unlike those of any other write. */
export interface WriteRecord {
  readonly process: string;
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** The first connection is not the client's to get back, so whoever wants one tries again. */
const CONNECT_ATTEMPTS = 8;
const RECONNECT_MS = 1_000;

/** The client core on a machine in virtual time, and everything that it was asked for and has answered. */
export class SimulatedClient {
  readonly name: string;
  readonly machine: Machine;
  readonly calls: Calls;
  readonly watched: Watched[] = [];
  /** What it said of itself after it was connected, in order. */
  readonly states: ClientState[] = [];
  readonly writes: WriteRecord[] = [];
  readonly #options: SimulatedClientOptions;
  readonly #handles = new Map<string, ProcessHandle>();
  #client: Client | undefined;
  #nextNumber: number;
  #planned = 0;

  constructor(options: SimulatedClientOptions) {
    this.name = options.name;
    this.machine = options.machine;
    this.#nextNumber = options.firstNumber;
    this.#options = options;
    this.calls = new Calls(() => this.machine.now(), options.trace);
  }

  get client(): Client | undefined {
    return this.#client;
  }

  /** Whether its program was killed. */
  get isDead(): boolean {
    return this.machine.isDead;
  }

  /** Whether it was asked to leave a process. */
  get hasLeft(): boolean {
    return this.calls.all.some(({ kind }) => kind === 'leave');
  }

  /** Whether nothing is planned any more, everything that was asked for has been answered, and every view has ended. */
  get isSettled(): boolean {
    return this.isDead || (this.#planned === 0 && this.pending.length === 0);
  }

  /** What has not settled, in words. */
  get pending(): readonly string[] {
    if (this.isDead) return [];
    return [
      ...this.calls.pending.map(({ kind, process, detail }) => `${kind} ${process} ${detail}`),
      ...this.watched
        .filter(({ outcome }) => outcome === undefined)
        .map(({ process, plan }) => `view of ${process} (${plan.kind} after ${plan.after})`),
    ];
  }

  /** Does something at an instant of virtual time; at once when it has passed. */
  at(atMs: number, run: () => void): void {
    const delayMs = atMs - this.machine.now();
    // What is planned for the same moment belongs into the same turn.
    if (delayMs <= 0) run();
    else this.#after(delayMs, run);
  }

  /** Opens a session, trying again where that fails, and then does `run`. */
  connect(run: () => void, attempts: number = CONNECT_ATTEMPTS): void {
    const opening = openSession((signal) => this.#options.dial(signal), this.#options.session, this.machine);
    this.calls.add('connect', '', '', opening);
    this.#planned += 1;
    opening.then(
      (client) => {
        this.#client = client;
        client.on('state', ({ state, cause }) => {
          this.states.push(state);
          this.#options.trace(`is ${state}${cause === undefined ? '' : `: ${cause.message}`}`);
        });
        run();
        this.#planned -= 1;
      },
      () => {
        this.#planned -= 1;
        if (attempts <= 1) return;
        this.#after(RECONNECT_MS, () => {
          this.connect(run, attempts - 1);
        });
      },
    );
  }

  /** Asks for a process and schedules everything that is planned with it. */
  run(name: string, plan: ProcessPlan): void {
    const client = this.#client;
    if (client === undefined) return;
    if (plan.way === 'exec') {
      const options = {
        id: name,
        reject: false,
        ...(plan.drainMs === undefined ? {} : { drainMs: plan.drainMs }),
      };
      this.calls.add('exec', name, '', client.exec(argvOf(name), { ...options, encoding: 'bytes' }));
      return;
    }
    const handle = client.spawn(argvOf(name), {
      id: name,
      stdin: plan.hasStdin ? 'pipe' : 'null',
      ...(plan.isTerminal ? { pty: true } : {}),
      ...(plan.lifetime === 'server' ? { lifetime: 'server' } : {}),
      ...(plan.retention === undefined ? {} : { retention: plan.retention }),
      ...(plan.drainMs === undefined ? {} : { drainMs: plan.drainMs }),
    });
    this.#follow(name, handle, plan.views, plan.acts);
    this.calls.add('start', name, '', handle.started);
  }

  /** Joins a process of another client. */
  join(name: string, plan: GuestPlan): void {
    const client = this.#client;
    if (client === undefined) return;
    const handle: AttachedProcess = client.attach(name, { after: plan.after });
    this.#follow(name, handle, plan.views, plan.acts);
    this.calls.add('join', name, '', handle.started);
    if (plan.leaveMs === undefined) return;
    this.#after(plan.leaveMs, () => {
      this.calls.add('leave', name, '', handle.detach());
    });
  }

  /** Ends every process that this client still has. */
  terminateAll(): void {
    if (this.isDead) return;
    for (const [name, handle] of this.#handles) {
      this.calls.add('terminate', name, 'at the end', handle.terminate({ graceMs: 0 }));
    }
  }

  close(): void {
    if (this.#client !== undefined && !this.isDead) this.calls.add('close', '', '', this.#client.close());
  }

  #follow(name: string, handle: ProcessHandle, views: readonly ViewPlan[], acts: readonly ActPlan[]): void {
    this.#handles.set(name, handle);
    this.calls.add('exited', name, '', handle.exited);
    this.calls.add('closed', name, '', handle.closed);
    const now = this.machine.now();
    for (const view of views) {
      this.at(now + view.openMs, () => void watch(handle, view, this.machine, name, this.watched));
    }
    for (const act of acts) {
      this.at(now + act.atMs, () => {
        this.#act(name, handle, act);
      });
    }
  }

  #after(delayMs: number, run: () => void): void {
    this.#planned += 1;
    this.machine.after(delayMs, () => {
      this.#planned -= 1;
      run();
    });
  }

  #act(name: string, handle: ProcessHandle, act: ActPlan): void {
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    switch (act.type) {
      case 'write': {
        const bytes = recordOf(`${name}:${this.name}`, number, act.bytes);
        this.writes.push({ process: name, number, bytes });
        this.calls.add('write', name, String(number), handle.write(bytes));
        return;
      }
      case 'end':
        this.calls.add('end', name, '', handle.end());
        return;
      case 'signal':
        this.calls.add('signal', name, act.name, handle.signal(act.name, { target: act.target }));
        return;
      case 'resize':
        this.calls.add('resize', name, String(number), handle.resize({ rows: number, cols: 80 }));
        return;
      case 'terminate': {
        const grace = act.graceMs === undefined ? {} : { graceMs: act.graceMs };
        this.calls.add('terminate', name, '', handle.terminate(grace));
      }
    }
  }
}

function argvOf(name: string): readonly string[] {
  return ['script', name];
}

/** Bytes that say which write of whom they are. */
function recordOf(writer: string, number: number, length: number): Uint8Array {
  const text = `${writer}:${number};`;
  return new TextEncoder().encode(text.padEnd(length, `${number};`));
}
