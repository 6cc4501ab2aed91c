import type { Child, ChildListener, ChildSpec } from './child.js';
import { killMarked, killNow, signalTree, straysOfMoment } from './group/terminate.js';
import { spawnPipe } from './pipe/pipe.js';
import { type PipeHolder, pipeHolders } from './pipe/pipe-holders.js';
import type { PipePool } from './pipe/pipe-pool.js';
import { spawnPty } from './pty/pty.js';

/** What the operating system does with processes; the layers above know it by this alone. */
export interface OsProcesses {
  /**
   * Starts a child, with a terminal where `terminal` gives its size.
   * @throws SpawnError with the reason why it could not be started.
   */
  spawn(
    spec: ChildSpec,
    terminal: { readonly rows: number; readonly cols: number } | undefined,
    listener: ChildListener,
  ): Promise<Child>;
  /** Ends a child and all its descendants before this turn of the event loop is over, also what an ended child left behind. */
  kill(child: Child): void;
  /** Signals a running child and all its descendants. */
  signalTree(child: Child, signal: NodeJS.Signals): void;
  /** Who else has the output of a child open. */
  holdersOf(child: Child): readonly PipeHolder[];
  /** Ends everything that carries the cookie of a server. */
  killMarked(cookie: string): void;
}

/** The processes of this machine. */
export function createOsProcesses(pipes: PipePool): OsProcesses {
  const doomed = new KillList();
  const findStrays = straysOfMoment();
  return {
    spawn: (spec, terminal, listener) =>
      terminal === undefined
        ? spawnPipe(spec, pipes, listener)
        : spawnPty({ ...spec, size: terminal }, listener),
    kill: (child) => {
      doomed.add(child);
    },
    signalTree: (child, signal) => {
      signalTree(child, signal, findStrays);
    },
    holdersOf: (child) => pipeHolders(child.outputPipes(), child.groupIds),
    killMarked: (cookie) => {
      killMarked(cookie);
    },
  };
}

/** Children that end together: whoever has a thousand of them must not look at the machine's processes a thousand times. */
class KillList {
  readonly #children = new Set<Child>();

  add(child: Child): void {
    this.#children.add(child);
    if (this.#children.size > 1) return;
    queueMicrotask(() => {
      const children = [...this.#children];
      this.#children.clear();
      killNow(children);
    });
  }
}
