import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { type ProcessGroup, processGroup } from './process-group.js';
import { type ProcessEntry, readProcessTable, signalEntry } from './process-tree.js';

/** Signals for a command whose group is led by the wrapper of its sandbox. */
export interface ConfinedSignals extends ProcessGroup {
  /** To the command itself. */
  signalCommand(signal: NodeJS.Signals): boolean;
  /** The signal that ended the command, as far as its exit code and what was sent from here tell. */
  causeOf(exitCode: number): NodeJS.Signals | null;
}

/** The wrapper must take these too: with it everything ends, and a group stops as one. */
const FOR_ALL: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGSTOP', 'SIGCONT']);

/**
 * A signal that ends the wrapper ends the sandbox at once, whatever the command would have done about it. So the wrapper
 * is left out. The first process of the sandbox is a part of it, too: the kernel keeps signals from it that it does not
 * take.
 */
export function confinedSignals(
  wrapper: ChildProcess & { readonly pid: number },
  readTable: () => readonly ProcessEntry[] | undefined = readProcessTable,
): ConfinedSignals {
  const group = processGroup(wrapper.pid);
  const sent = new Set<NodeJS.Signals>();
  const send = (signal: NodeJS.Signals, entries: readonly ProcessEntry[]): boolean => {
    // Until the command is there, the wrapper takes what would have ended it.
    if (entries.length === 0) return wrapper.kill(signal);
    sent.add(signal);
    return entries.map((entry) => signalEntry(entry, signal)).includes(true);
  };
  return {
    signal(signal) {
      if (FOR_ALL.has(signal)) return group.signal(signal);
      const { members } = insideOf(wrapper.pid, readTable() ?? []);
      return send(signal, members);
    },
    leaderGone: () => {
      group.leaderGone();
    },
    signalCommand(signal) {
      if (signal === 'SIGKILL') return wrapper.kill(signal);
      const { command } = insideOf(wrapper.pid, readTable() ?? []);
      return send(signal, command === undefined ? [] : [command]);
    },
    causeOf(exitCode) {
      return [...sent].find((signal) => constants.signals[signal] === exitCode - 128) ?? null;
    },
  };
}

interface Inside {
  /** What was started, once it is there. */
  readonly command: ProcessEntry | undefined;
  /** The group without the wrapper. */
  readonly members: readonly ProcessEntry[];
}

function insideOf(wrapperPid: number, table: readonly ProcessEntry[]): Inside {
  const first = table.find(({ parentPid }) => parentPid === wrapperPid);
  const children = table.filter(({ parentPid }) => parentPid === first?.pid);
  // Orphans of the sandbox become its children as well, but the command was there before them.
  const [command] = children.sort(
    (one, other) => Number(one.startTime) - Number(other.startTime) || one.pid - other.pid,
  );
  const members = table.filter(
    ({ pid, groupId }) => groupId === wrapperPid && pid !== wrapperPid && pid !== first?.pid,
  );
  return { command, members };
}
