import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { NO_INSPECTOR, SYSTEM_PATH } from '@holdfast/sandbox/internal';
import type { Child } from '../child.js';
import { carriersOf, type EnvironmentSearch, holdersOf } from './environments.js';
import type { ProcessEntry } from './process-tree.js';
import { readProcessTable, signalEntry, strayDescendants } from './process-tree.js';

/**
 * Ends at once the children, their process groups and the descendants that left the groups, told by their parents or by
 * the children's marks in their environment; works on what an ended child left behind as well. Only a descendant that left
 * its group, lost its parent and cleared its environment escapes. However many the children, the processes of the machine
 * are looked at a few times.
 * @param searchPath Where `ps` and `pgrep` are looked for, where there is no /proc.
 */
export function killNow(
  children: readonly Child[],
  readTable: ReadTable = readProcessTable,
  searchPath = SYSTEM_PATH,
): void {
  // A tree that stands still forks nobody behind our back, and SIGKILL takes stopped processes too.
  for (const child of children) child.signalGroup('SIGSTOP');
  const strays = freezeStrays(children, readTable);
  if (strays === undefined) {
    for (const child of children) killWithoutTable(child, searchPath);
    return;
  }
  for (const child of children) child.signalGroup('SIGKILL');
  for (const stray of strays) signalEntry(stray, 'SIGKILL');
}

function killWithoutTable(child: Child, searchPath: string): void {
  if (child.signalProcess('SIGSTOP')) sweep(child, 'SIGKILL', searchPath);
  else child.signalGroup('SIGKILL');
}

/** Ends at once every process whose environment holds the cookie of a server: what is left when its children are gone. */
export function killMarked(cookie: string, readTable: ReadTable = readProcessTable): void {
  const search = holdersOf(cookie);
  for (let round = 0; round < FREEZE_ROUNDS; round += 1) {
    const marked = search(readTable() ?? []);
    if (marked.length === 0) return;
    for (const entry of marked) signalEntry(entry, 'SIGKILL');
  }
}

/** Signals a running child, its process group and the descendants that left the group. */
export function signalTree(
  child: Child,
  signal: NodeJS.Signals,
  findStrays: FindStrays = straysOfMoment(),
  searchPath = SYSTEM_PATH,
): void {
  // Found first: the signal may end a parent and so cut the tree.
  const strays = findStrays(child);
  if (strays === undefined) {
    sweep(child, signal, searchPath);
    return;
  }
  child.signalGroup(signal);
  for (const stray of strays) signalEntry(stray, signal);
}

/** Who left the group of a child; undefined where that cannot be seen. */
export type FindStrays = (child: Child) => readonly ProcessEntry[] | undefined;

/**
 * Reads the table of processes once for all who are asked about at one moment, and looks for each of them once: there may be
 * thousands, and a client may send hundreds of signals at once.
 */
export function straysOfMoment(readTable: ReadTable = readProcessTable): FindStrays {
  let moment: Moment | undefined;
  return (child) => {
    if (moment === undefined) {
      moment = { table: readTable(), found: new Map() };
      queueMicrotask(() => {
        moment = undefined;
      });
    }
    const { table, found } = moment;
    if (!found.has(child)) found.set(child, table && straysOf([child], table, searchFor([child])));
    return found.get(child);
  };
}

interface Moment {
  readonly table: ReturnType<ReadTable>;
  readonly found: Map<Child, readonly ProcessEntry[] | undefined>;
}

const require = createRequire(import.meta.url);

type ReadTable = () => readonly ProcessEntry[] | undefined;

// A tree of stopped processes is complete after two rounds. More means that somebody else wakes them.
const FREEZE_ROUNDS = 8;

const SWEEP_LIMIT_MS = 2000;

/** Stops the strays of stopped groups, round by round, until none is left that could have forked meanwhile. */
function freezeStrays(children: readonly Child[], readTable: ReadTable): ProcessEntry[] | undefined {
  const frozen = new Map<string, ProcessEntry>();
  const search = searchFor(children);
  for (let round = 0; round < FREEZE_ROUNDS; round += 1) {
    const table = readTable();
    if (table === undefined) return undefined;
    const fresh = straysOf(children, table, search).filter((stray) => !frozen.has(keyOf(stray)));
    if (fresh.length === 0) break;
    for (const stray of fresh) {
      signalEntry(stray, 'SIGSTOP');
      frozen.set(keyOf(stray), stray);
    }
  }
  return [...frozen.values()];
}

function searchFor(children: readonly Child[]): EnvironmentSearch {
  return carriersOf(new Set(children.flatMap(({ mark }) => mark ?? [])));
}

function straysOf(
  children: readonly Child[],
  table: readonly ProcessEntry[],
  search: EnvironmentSearch,
): ProcessEntry[] {
  return strayDescendants(new Set(children.flatMap(({ groupIds }) => groupIds)), table, search(table));
}

function keyOf(entry: ProcessEntry): string {
  return `${entry.pid}/${entry.startTime}`;
}

/**
 * The way without /proc: tree-kill finds the tree, and the group follows in any case, for members whose parent has
 * died. Members that it did find are signalled twice.
 *
 * It runs as a program of its own: without a `ps` or `pgrep`, or without a free descriptor, it throws where nobody can
 * catch, and that must not be inside the server.
 */
function sweep(child: Child, signal: NodeJS.Signals, searchPath: string): void {
  const program = require.resolve('tree-kill/cli.js');
  const env = { PATH: searchPath };
  execFile(
    process.execPath,
    [NO_INSPECTOR, program, String(child.pid), signal],
    { env, timeout: SWEEP_LIMIT_MS },
    () => {
      child.signalGroup(signal);
    },
  );
}
