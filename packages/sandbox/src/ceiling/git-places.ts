import type { FileFacts } from '../files/file-facts.js';
import { childOf, parentOf } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import type { ScannedTree } from '../repositories/scan-tree.js';

/** What git reads and could be told to run: the directories of repositories, and the files that point to them. */
export interface GitPlaces {
  /** Directories with hooks and config of their own, canonical. */
  readonly directories: readonly string[];
  /** `.git` files, which say where the directory of a worktree or submodule is, and directories that hide one. */
  readonly pointers: readonly string[];
}

/** What was found below a directory, as it is now. */
export function gitPlacesIn({ gitPaths, repositories }: ScannedTree, files: FileFacts): GitPlaces {
  const directories = new Set<string>(repositories);
  const pointers = new Set<string>();
  for (const path of gitPaths) {
    const isFile = files.look(path)?.kind === 'file';
    if (isFile) pointers.add(path);
    const directory = isFile ? pointedTo(path, files) : path;
    const resolved = directory === undefined ? undefined : resolvePath(directory, files);
    if (resolved?.kind === 'deadEnd') {
      if (!resolved.isLink) pointers.add(resolved.at);
    } else if (resolved?.kind === 'directory' || (resolved !== undefined && !isFile)) {
      directories.add(resolved.path);
    }
  }
  return { directories: [...directories].sort(), pointers: [...pointers].sort() };
}

function pointedTo(pointer: string, files: FileFacts): string | undefined {
  const target = /^gitdir: *(.+?)\s*$/m.exec(files.readText(pointer) ?? '')?.[1];
  if (target === undefined) return undefined;
  return target.startsWith('/') ? target : childOf(parentOf(pointer), target);
}
