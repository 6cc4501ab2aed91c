import { EXTENSIONS, type ExtensionName, type Extensions, type Transport } from '@holdfast/exec-protocol';
import type { Link } from '../network/link.js';
import { type Dialer, Network } from '../network/network.js';
import type { ProcessPlan, Program } from '../program/program.js';
import type { ChildRecord, Script } from '../system/script.js';
import { mix } from '../time/mix.js';
import { type Machine, VirtualTime } from '../time/virtual-time.js';
import type { Scenario } from './scenario.js';
import { SimulatedClient } from './simulated-client.js';
import { SimulatedServer } from './simulated-server.js';
import { NO_TRACE, type Trace } from './trace.js';

/** Who makes links. */
export type DialerName = 'first' | 'guest' | 'thief';

/** The name of a process of a program, by its place. */
export function processName(index: number): string {
  return `p${index}`;
}

/** What is planned with a process. */
export function planOf({ processes }: Program, name: string): ProcessPlan | undefined {
  return processes.find((_, index) => processName(index) === name);
}

/** Everything that takes part in one schedule. */
export class World {
  readonly scenario: Scenario;
  readonly trace: Trace;
  readonly time: VirtualTime;
  readonly network: Network;
  readonly servers: SimulatedServer[] = [];
  /** What every child went through, on all servers. */
  readonly children: ChildRecord[] = [];
  readonly first: SimulatedClient;
  readonly guest: SimulatedClient | undefined;
  readonly #scripts: ReadonlyMap<string, Script>;
  readonly #links = new Map<DialerName, Link[]>();
  readonly #linkListeners: ((name: DialerName, index: number, link: Link) => void)[] = [];
  #machines = 0;

  constructor(scenario: Scenario, trace: Trace = NO_TRACE) {
    const { ties, links, program } = scenario;
    this.scenario = scenario;
    this.trace = trace;
    this.time = new VirtualTime(ties);
    this.network = new Network(links);
    this.#scripts = new Map(program.processes.map(({ script }, index) => [processName(index), script]));
    this.startServer();
    this.first = this.#createClient('first');
    this.guest = program.guest === undefined ? undefined : this.#createClient('guest');
  }

  /** The server that was started last. */
  get server(): SimulatedServer {
    const server = this.servers.at(-1);
    if (server === undefined) throw new Error('there is a server from the beginning');
    return server;
  }

  get clients(): readonly SimulatedClient[] {
    return this.guest === undefined ? [this.first] : [this.first, this.guest];
  }

  /** What a child went through; undefined when it was never started. */
  childNamed(name: string): ChildRecord | undefined {
    return this.children.find((record) => record.name === name);
  }

  /** The links that somebody has made so far, in order. */
  linksOf(name: DialerName): readonly Link[] {
    return this.#links.get(name) ?? [];
  }

  onLink(listener: (name: DialerName, index: number, link: Link) => void): void {
    this.#linkListeners.push(listener);
  }

  startServer(): void {
    const server = new SimulatedServer({
      machine: this.createMachine(),
      scripts: this.#scripts,
      spill: this.scenario.spill,
      onChild: (record) => this.children.push(record),
      onLog: (level, facts, event) => {
        if (this.trace.isOn)
          this.trace.add('server', `logs ${level} ${event} ${JSON.stringify(facts, showErrors)}`);
      },
    });
    this.servers.push(server);
    this.network.listen(server);
  }

  /** It dies, its children with it; whoever is connected finds out by himself. */
  killServer(): void {
    this.server.machine.kill();
    this.network.listen(undefined);
    for (const link of this.network.openLinks) link.cut({ clientMs: 0, serverMs: undefined });
  }

  createMachine(): Machine {
    this.#machines += 1;
    return this.time.createMachine(this.#machines);
  }

  createDialer(name: DialerName, machine: Machine): Dialer {
    return {
      name,
      machine,
      tap: (link, event, direction, message) => {
        const arrow = direction === 'toServer' ? '→' : '←';
        if (this.trace.isOn) this.trace.add(link, `${arrow} ${event} ${message}`);
      },
      onLink: (link, index) => {
        this.trace.add(name, `dialed link ${index}`);
        this.#links.set(name, [...this.linksOf(name), link]);
        for (const listener of this.#linkListeners) listener(name, index, link);
      },
    };
  }

  #createClient(name: 'first' | 'guest'): SimulatedClient {
    const machine = this.createMachine();
    const dialer = this.createDialer(name, machine);
    let draws = 0;
    return new SimulatedClient({
      name,
      firstNumber: name === 'first' ? 1 : 1001,
      machine,
      session: {
        clientName: name,
        random: () => (draws += 1) && mix(this.scenario.ties, draws, 7) / 2 ** 32,
        extensions: extensionsNamed(this.scenario.program.extensions),
      },
      dial: (signal): Promise<Transport> => this.network.dial(dialer, signal),
      trace: (text) => {
        this.trace.add(name, text);
      },
    });
  }
}

function showErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}

function extensionsNamed(names: readonly ExtensionName[]): Extensions {
  return Object.fromEntries(names.map((name) => [name, EXTENSIONS[name].version]));
}
