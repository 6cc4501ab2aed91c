import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { NamedProcess } from '@holdfast/sandbox';
import { type ProcessGroup, processGroup } from './process-group.js';
import { isStillThere, type ProcessEntry, readProcessTable, signalEntry } from './process-tree.js';

/** A command in a sandbox, and what is around it. */
export interface ConfinedProcess {
  /** With it everything ends. */
  readonly wrapper: ChildProcess & { readonly pid: number };
  /** It leads the session and the group of the command, unless there is a terminal: then the wrapper does. */
  readonly first: NamedProcess;
  /** Undefined when it has ended already. */
  readonly command: NamedProcess | undefined;
}

/** Signals for a confined command. */
export interface ConfinedSignals extends ProcessGroup {
  /** To the command itself. */
  signalCommand(signal: NodeJS.Signals): boolean;
  /** The signal that ended the command, as far as its exit code and what was sent from here tell. */
  causeOf(exitCode: number): NodeJS.Signals | null;
}

/** For a command on pipes: its group is without the wrapper, and the kernel keeps signals from the first process. */
export function apartFromWrapper(confined: ConfinedProcess): ConfinedSignals {
  const { first } = confined;
  const group = processGroup(first.pid);
  return confinedSignals(confined, (signal) => isStillThere(first) && group.signal(signal));
}

/** For a command on a terminal, where the wrapper is in its group and may not ignore all that others ask for. */
export function besideWrapper(
  confined: ConfinedProcess,
  readTable: () => readonly ProcessEntry[] | undefined = readProcessTable,
): ConfinedSignals {
  const { wrapper, first } = confined;
  const group = processGroup(wrapper.pid);
  return confinedSignals(confined, (signal) => {
    // A group stops and goes on as one.
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return group.signal(signal);
    const members = (readTable() ?? []).filter(
      ({ pid, groupId }) => groupId === wrapper.pid && pid !== wrapper.pid && pid !== first.pid,
    );
    return members.map((entry) => signalEntry(entry, signal)).includes(true);
  });
}

function confinedSignals(
  { wrapper, command }: ConfinedProcess,
  signalGroup: (signal: NodeJS.Signals) => boolean,
): ConfinedSignals {
  const sent = new Set<NodeJS.Signals>();
  let hasEnded = false;
  const send = (signal: NodeJS.Signals, pass: () => boolean): boolean => {
    if (hasEnded) return false;
    sent.add(signal);
    return signal === 'SIGKILL' ? wrapper.kill(signal) : pass();
  };
  return {
    signal: (signal) => send(signal, () => signalGroup(signal)),
    signalCommand: (signal) => send(signal, () => command !== undefined && signalEntry(command, signal)),
    leaderGone: () => {
      hasEnded = true;
    },
    causeOf(exitCode) {
      return [...sent].find((signal) => constants.signals[signal] === exitCode - 128) ?? null;
    },
  };
}
