import { startTimeOf } from '../spawn/group/process-tree.js';
import { errorCode } from '../spawn/spawn-error.js';

/** The process groups that a guardian has to know of, and what it was not told yet. */
export class WatchList {
  /** The numbers of the leaders, with their start times once the guardian was told. */
  readonly #groups = new Map<number, string | undefined>();
  /** Leaders that have been reaped while others of their group lived on. */
  readonly #leaderless = new Set<number>();
  /** Those of them that were not looked at yet. */
  #justGone: number[] = [];
  #untold: number[] = [];
  #gone = '';
  // The guardian then compares nothing: no start time of any process can be had.
  readonly #unknownStart = startTimeOf(process.pid) === undefined ? '?' : '0';

  /** Whether there is a group to look after whose leader has gone. */
  get hasLeaderless(): boolean {
    return this.#leaderless.size > 0;
  }

  /** A leader was started, and has not been reaped. */
  add(pid: number): void {
    // The number can only have been given away again because its old group is gone.
    if (this.#groups.has(pid)) this.#remove(pid);
    this.#groups.set(pid, undefined);
    this.#untold.push(pid);
  }

  /** The leader was reaped: its group goes from the list once it is found empty. */
  leaderGone(pid: number): void {
    if (!this.#groups.has(pid)) return;
    this.#leaderless.add(pid);
    this.#justGone.push(pid);
  }

  /** Takes the groups from the list that have emptied since their leader was reaped. */
  dropEmpty(): void {
    this.#dropIfEmpty(this.#leaderless);
  }

  /** What changed since the last call, as lines for the guardian; nothing of a group that came and went. */
  takeChanges(): string {
    this.#dropIfEmpty(this.#justGone.splice(0));
    let lines = this.#gone;
    for (const pid of this.#untold) {
      if (this.#groups.has(pid)) lines += this.#lineOf(pid);
    }
    this.#untold = [];
    this.#gone = '';
    return lines;
  }

  /** The whole list, for a guardian that knows nothing yet; nothing remains to be told after it. */
  takeAll(): string {
    this.#justGone = [];
    this.dropEmpty();
    this.#untold = [];
    this.#gone = '';
    return [...this.#groups.keys()].map((pid) => this.#lineOf(pid)).join('');
  }

  #dropIfEmpty(pids: Iterable<number>): void {
    for (const pid of pids) {
      if (this.#leaderless.has(pid) && isGroupGone(pid)) this.#remove(pid);
    }
  }

  #lineOf(pid: number): string {
    let start = this.#groups.get(pid);
    if (start === undefined) {
      // A leader that was reaped may have passed its number on already.
      start = (this.#leaderless.has(pid) ? undefined : startTimeOf(pid)) ?? this.#unknownStart;
      this.#groups.set(pid, start);
    }
    return `+ ${pid} ${start}\n`;
  }

  #remove(pid: number): void {
    const wasTold = this.#groups.get(pid) !== undefined;
    this.#groups.delete(pid);
    this.#leaderless.delete(pid);
    if (wasTold) this.#gone += `- ${pid}\n`;
  }
}

/**
 * Whether the group of a reaped leader has emptied. While it has members its number is given to no new process, so a
 * process of that number says that it has.
 */
function isGroupGone(leaderPid: number): boolean {
  return !exists(-leaderPid) || exists(leaderPid);
}

function exists(target: number): boolean {
  try {
    return process.kill(target, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
