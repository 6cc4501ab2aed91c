import type { FileFacts } from './file-facts.js';
import type { LookPool } from './look-pool.js';
import { childOf, parentOf } from './paths.js';
import { factsOf, type Resolution, resolvePath } from './resolve-path.js';

/**
 * Resolves many paths in one look at the files. The way to a directory is followed once for all that lies in it, so that
 * thousands of files deep down cost little more than one. Links are followed as far as there are looks for them.
 * @returns what resolves a path as `resolvePath` does, and throws as that.
 */
export function resolverIn(looks: LookPool): (path: string) => Resolution {
  const directories = new Map<string, Resolution>();
  const directoryOf = (path: string): Resolution => {
    const directory = parentOf(path);
    const known = directories.get(directory) ?? resolvePath(directory, looks.filesFor(directory));
    directories.set(directory, known);
    return known;
  };
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (UNNAMED.has(name)) return resolvePath(path, looks.filesFor(path));
    return entryOf(directoryOf(path), name, looks.files) ?? resolvePath(path, looks.filesFor(path));
  };
}

const UNNAMED: ReadonlySet<string> = new Set(['', '.', '..']);

/** Undefined for what has to be followed from the root. */
function entryOf(directory: Resolution, name: string, files: FileFacts): Resolution | undefined {
  if (directory.kind === 'deadEnd' || directory.kind === 'file') return undefined;
  const path = childOf(directory.path, name);
  if (directory.kind === 'missing') return { ...directory, path };
  const found = lookAt(path, files);
  if (found === 'unknown' || found?.kind === 'link') return undefined;
  const { links } = directory;
  return { path, ...factsOf(path, found), missingFrom: found === undefined ? path : undefined, links };
}

function lookAt(path: string, files: FileFacts): ReturnType<FileFacts['look']> | 'unknown' {
  try {
    return files.look(path);
  } catch {
    // Whoever follows the whole way says what it is.
    return 'unknown';
  }
}
