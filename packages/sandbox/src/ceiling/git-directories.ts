import type { FileFacts } from '../files/file-facts.js';
import { childOf, parentOf } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { type WalkBudget, walk } from '../files/walk.js';

/** What git reads and could be told to run: the directories of repositories, and the files that point to them. */
export interface GitPlaces {
  /** Directories with hooks and config of their own, canonical. */
  readonly directories: readonly string[];
  /** `.git` files, which say where the directory of a worktree or submodule is. */
  readonly pointers: readonly string[];
  /** False when there was more to look at than allowed. */
  readonly isComplete: boolean;
}

/** Finds every repository below a directory, at any depth, with their submodules and linked worktrees. */
export function findGitPlaces(root: string, files: FileFacts, budget: WalkBudget): GitPlaces {
  const directories = new Set<string>();
  const pointers = new Set<string>();
  let isComplete = walk(root, files, budget, (path, { name, kind }) => {
    if (name !== '.git') return 'enter';
    if (kind === 'file') pointers.add(path);
    const directory = kind === 'file' ? pointedTo(path, files) : resolvePath(path, files).path;
    if (directory !== undefined) directories.add(directory);
    return 'leave';
  });
  // Submodules keep their directories inside that of the outermost repository.
  for (const directory of [...directories]) {
    const modules = childOf(directory, 'modules');
    if (files.look(modules)?.kind !== 'directory') continue;
    const sawAll = walk(modules, files, budget, (path, { name }) => {
      if (name === 'HEAD') directories.add(parentOf(path));
      return CONTENT.has(name) ? 'leave' : 'enter';
    });
    isComplete &&= sawAll;
  }
  return { directories: [...directories].sort(), pointers: [...pointers].sort(), isComplete };
}

const CONTENT: ReadonlySet<string> = new Set(['hooks', 'logs', 'objects', 'refs']);

function pointedTo(pointer: string, files: FileFacts): string | undefined {
  const target = /^gitdir: *(.+?)\s*$/m.exec(files.readText(pointer) ?? '')?.[1];
  if (target === undefined) return undefined;
  const absolute = target.startsWith('/') ? target : childOf(parentOf(pointer), target);
  const resolved = resolvePath(absolute, files);
  return resolved.kind === 'directory' ? resolved.path : undefined;
}
