import { readlinkSync } from 'node:fs';
import type { NamedProcess, WrapperWatch } from '@holdfast/sandbox';
import type { ProcessEntry } from './process-tree.js';

/** Whether a process of a table is inside of one of some sandboxes. */
export type InsideSandbox = (entry: ProcessEntry) => boolean;

/**
 * Keeps in mind that this program has started a sandbox, until nothing is left of it. What is inside descends from nothing
 * that this program has started elsewhere, and ends with the sandbox.
 */
export function rememberSandbox({ first, gone }: Pick<WrapperWatch, 'first' | 'gone'>): void {
  const namespace = first && namespaceOf(first.pid);
  if (first === undefined || namespace === undefined) return;
  const sandbox = { first, namespace };
  living.add(sandbox);
  void gone.then(() => living.delete(sandbox));
}

/**
 * Tells who is inside of a sandbox that this program has started. It asks the kernel for nothing that a process can keep it
 * waiting for: its memory least of all.
 */
export function insideOfSandboxes(table: readonly ProcessEntry[]): InsideSandbox {
  if (living.size === 0) return () => false;
  const startTimes = new Map(table.map(({ pid, startTime }) => [pid, startTime]));
  // The number of a namespace is given to another one once its first process has gone.
  const seen = [...living].filter(({ first }) => startTimes.get(first.pid) === first.startTime);
  const namespaces = new Set(seen.map(({ namespace }) => namespace));
  return ({ pid }) => namespaces.has(namespaceOf(pid) ?? '');
}

interface LivingSandbox {
  readonly first: NamedProcess;
  readonly namespace: string;
}

const living = new Set<LivingSandbox>();

/** That of processes; undefined where the process has gone, or belongs to a user whom this program may not ask about. */
function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${String(pid)}/ns/pid`);
  } catch {
    return undefined;
  }
}
