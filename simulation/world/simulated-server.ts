import {
  type AnswerTransport,
  createServerCore,
  type Logger,
  type ServerCore,
} from '@holdfast/exec-server/core';
import { MemorySpill, type SpillOptions } from '../system/memory-spill.js';
import { ModelProcesses } from '../system/model-processes.js';
import type { ChildRecord, Script } from '../system/script.js';
import type { Machine } from '../time/virtual-time.js';

/** What a server of the simulation is made with. */
export interface SimulatedServerOptions {
  readonly machine: Machine;
  readonly scripts: ReadonlyMap<string, Script>;
  readonly spill: SpillOptions;
  readonly onChild: (record: ChildRecord) => void;
  readonly onLog: (level: string, facts: object, event: string) => void;
}

const PRINCIPAL = 'default';

/** The server core on a machine in virtual time, with an operating system and a disk that are models. */
export class SimulatedServer {
  readonly machine: Machine;
  readonly processes: ModelProcesses;
  readonly core: ServerCore;
  readonly #spills: MemorySpill[] = [];

  constructor({ machine, scripts, spill, onChild, onLog }: SimulatedServerOptions) {
    this.machine = machine;
    this.processes = new ModelProcesses(machine, scripts, onChild);
    this.core = createServerCore({
      clock: machine,
      processes: this.processes,
      environment: { shell: { name: 'sh', path: '/bin/sh' }, cwd: 'file:///' },
      env: {},
      capabilities: { below: noFiles, installed: noFiles },
      config: { read: noFiles },
      http: { send: () => Promise.reject(new Error('this world has no network')) },
      logger: loggerOf(onLog),
      guardian: { watch: () => undefined, forget: () => undefined },
      spill: {
        open: (onRoom) => {
          const opened = new MemorySpill(machine, spill, onRoom);
          this.#spills.push(opened);
          return opened;
        },
      },
      shortages: { met: () => undefined },
      cookie: { own: 'server', value: 'server' },
      sandboxes: {
        ceiling: undefined,
        confine: refuseSandbox,
        confineHelper: refuseSandbox,
      },
      confinedFiles: {
        placeOf: (sandbox) => (sandbox == null ? undefined : refuseSandbox()),
        close: () => Promise.resolve(),
      },
    });
  }

  /** Spills that were opened and not given back. */
  get openSpills(): number {
    return this.#spills.filter(({ isClosed }) => !isClosed).length;
  }

  accept(transport: AnswerTransport): void {
    this.core.accept(transport, PRINCIPAL, { isResumable: true });
  }
}

function loggerOf(onLog: SimulatedServerOptions['onLog']): Logger {
  const at =
    (level: string) =>
    (facts: object, event: string): void => {
      onLog(level, facts, event);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function noFiles(): Promise<never> {
  return Promise.reject(new Error('there are no files here'));
}

function refuseSandbox(): never {
  throw new Error('this machine has no sandboxes');
}
