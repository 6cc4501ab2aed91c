import { tellsWhatItShows } from './kinds-of-mounts.js';
import type { Mount } from './mount-table.js';

/** A file system, and a directory or file of it. */
export interface Shown {
  readonly device: string;
  readonly top: string;
}

/**
 * What a mount shows. Of NFS the kernel tells that by the name which the directory has on its
 * server, if at all: who shares it nobody knows then.
 */
export function shownBy(mount: Mount): Shown {
  const { id, device, root: top, source } = mount;
  if (tellsWhatItShows(mount)) return { device, top };
  const exported = /^.*?:(\/.*?)\/*$/s.exec(source)?.[1];
  return exported === undefined ? { device: `${device} ${id}`, top } : { device, top: exported };
}

/** @param holding On which the path lies. */
export function shownAt(path: string, holding: Mount): Shown {
  const { device, top } = shownBy(holding);
  return { device, top: joined(top, below(path, holding.path)) };
}

/** What follows a directory in a path within it, from the slash on. */
export function below(path: string, directory: string): string {
  return directory === '/' ? path : path.slice(directory.length);
}

/** The path of what follows a directory, as `below` has it. */
export function joined(directory: string, rest: string): string {
  if (rest === '' || rest === '/') return directory;
  return directory === '/' ? rest : directory + rest;
}
