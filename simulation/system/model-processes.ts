import type { Child, ChildListener, ChildSpec, OsProcesses } from '@holdfast/exec-server/core';
import type { Machine } from '../time/virtual-time.js';
import type { ChildRecord, Script } from './script.js';
import { ScriptedChild } from './scripted-child.js';

/** The operating system of one server: its children follow the scripts that their argv[1] names. */
export class ModelProcesses implements OsProcesses {
  readonly #machine: Machine;
  readonly #scripts: ReadonlyMap<string, Script>;
  readonly #children: ScriptedChild[] = [];
  readonly #onStart: (record: ChildRecord) => void;

  constructor(
    machine: Machine,
    scripts: ReadonlyMap<string, Script>,
    onStart: (record: ChildRecord) => void,
  ) {
    this.#machine = machine;
    this.#scripts = scripts;
    this.#onStart = onStart;
  }

  /** Children that run, or whose output somebody holds. */
  get alive(): number {
    return this.#children.filter(({ isClosed }) => !isClosed).length;
  }

  spawn(
    spec: ChildSpec,
    terminal: { readonly rows: number; readonly cols: number } | undefined,
    listener: ChildListener,
  ): Promise<Child> {
    const name = spec.argv[1] ?? '';
    const script = this.#scripts.get(name);
    return new Promise((resolve, reject: (reason: unknown) => void) => {
      this.#machine.input(script?.spawnMs ?? 0, () => {
        if (script?.spawnMs === undefined) {
          reject(new Error(`the system cannot start ${name}`));
          return;
        }
        const child = this.#start(name, script, spec, terminal !== undefined, listener);
        resolve(child);
        // Nothing is told before the promise has settled.
        this.#machine.input(0, () => {
          child.begin();
        });
      });
    });
  }

  kill(child: Child): void {
    if (child instanceof ScriptedChild) child.kill();
  }

  signalTree(child: Child, signal: NodeJS.Signals): void {
    child.signalGroup(signal);
  }

  holdersOf(child: Child): readonly { readonly pid: number; readonly name: string }[] {
    return child.outputPipes().length === 0 ? [] : [{ pid: child.pid + 1, name: 'holder' }];
  }

  killMarked(): void {
    for (const child of this.#children) if (!child.isClosed) child.kill();
  }

  #start(
    name: string,
    script: Script,
    spec: ChildSpec,
    isTerminal: boolean,
    listener: ChildListener,
  ): ScriptedChild {
    const record: ChildRecord = {
      name,
      isTerminal,
      hasStdin: isTerminal || spec.stdin === 'pipe',
      startedAtMs: this.#machine.now(),
      events: [],
      stdin: [],
      signals: [],
      exitedAtMs: undefined,
      closedAtMs: undefined,
    };
    this.#onStart(record);
    const pid = 1000 + 2 * this.#children.length;
    const child = new ScriptedChild(pid, spec, { script, record, machine: this.#machine }, listener);
    this.#children.push(child);
    return child;
  }
}
