import { errorCode } from '../spawn-error.js';

/** The process group that a child leads; its number is the child's pid. */
export interface ProcessGroup {
  /** False when no process took the signal. */
  signal(signal: NodeJS.Signals): boolean;
  /** To be called when the leader has been reaped: from then on its number may belong to somebody else. */
  leaderGone(): void;
}

/** The group of a child that was started as a leader. */
export function processGroup(leaderPid: number): ProcessGroup {
  let isLeaderGone = false;
  let isEmpty = false;
  return {
    signal(signal) {
      if (isEmpty) return false;
      // While members live, the system gives their group's number to no new process. So a process of that number
      // is a stranger, and the group had emptied before. What remains is a stranger who took the number, led a group of
      // his own and is gone again, leaving members: that cannot be told from here and takes a wrapped pid counter.
      isEmpty = isLeaderGone && send(leaderPid, 0) !== 'noSuchProcess';
      if (isEmpty) return false;
      const outcome = send(-leaderPid, signal);
      isEmpty = isLeaderGone && outcome === 'noSuchProcess';
      return outcome === 'sent';
    },
    leaderGone() {
      isLeaderGone = true;
    },
  };
}

function send(target: number, signal: NodeJS.Signals | 0): 'sent' | 'noSuchProcess' | 'refused' {
  try {
    process.kill(target, signal);
    return 'sent';
  } catch (error) {
    return errorCode(error) === 'ESRCH' ? 'noSuchProcess' : 'refused';
  }
}
