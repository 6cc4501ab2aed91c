import type { DirectoryEntry, FileFacts } from './file-facts.js';
import { childOf } from './paths.js';

/** How far a walk may go. */
export interface WalkBudget {
  /** Entries that may be looked at. */
  entries: number;
  /** Levels below the start; undefined for no bound. */
  readonly depth?: number | undefined;
}

/** What to do with an entry that a walk comes by: go into a directory or leave it. */
export type Visit = (path: string, entry: DirectoryEntry) => 'enter' | 'leave';

// What the kernel shows as files holds nothing that anybody keeps.
const KERNEL_TREES: ReadonlySet<string> = new Set(['/dev', '/proc', '/sys']);

/**
 * Shows every entry below a directory without following links. The kernel's own trees are left out.
 * @param budget Counted down; shared between walks on purpose.
 * @returns false when the budget ran out and entries were left unseen.
 */
export function walk(directory: string, files: FileFacts, budget: WalkBudget, visit: Visit): boolean {
  const pending = [{ path: directory, level: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, level } = next;
    const entries = files.list(path, budget.entries);
    if (entries === undefined) return false;
    budget.entries -= entries.length;
    for (const entry of entries) {
      const child = childOf(path, entry.name);
      if (visit(child, entry) === 'leave' || entry.kind !== 'directory') continue;
      if (budget.depth !== undefined && level >= budget.depth) continue;
      if (KERNEL_TREES.has(child)) continue;
      pending.push({ path: child, level: level + 1 });
    }
  }
  return true;
}
