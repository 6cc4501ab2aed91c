import type { FileFacts } from '../files/file-facts.js';
import { childOf, parentOf } from '../files/paths.js';
import { type Resolution, resolvePath } from '../files/resolve-path.js';
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
    const place = placeOf(path, isFile, files);
    if (place?.kind === 'deadEnd') pointers.add(place.at);
    else if (place !== undefined) directories.add(place.path);
  }
  return { directories: [...directories].sort(), pointers: [...pointers].sort() };
}

/** The directory that a `.git` stands for, or what cannot be looked into on the way there. A link in a circle leads nowhere. */
function placeOf(path: string, isFile: boolean, files: FileFacts): Resolution | undefined {
  const directory = isFile ? pointedTo(path, files) : path;
  const place = directory === undefined ? undefined : resolvePath(directory, files);
  if (place?.kind === 'deadEnd') return place.isLink ? undefined : place;
  return isFile && place?.kind !== 'directory' ? undefined : place;
}

function pointedTo(pointer: string, files: FileFacts): string | undefined {
  const target = /^gitdir: *(.+?)\s*$/m.exec(files.readText(pointer) ?? '')?.[1];
  if (target === undefined) return undefined;
  return target.startsWith('/') ? target : childOf(parentOf(pointer), target);
}
