/**
 * Where a system keeps its own programs. What is run outside of sandboxes is looked for here and not on the PATH: a command
 * that may write a directory of the PATH would choose what is run.
 */
export const SYSTEM_FOLDERS: readonly string[] = [
  '/usr/bin',
  '/bin',
  '/run/current-system/sw/bin',
  '/run/current-system/profile/bin',
];

/** The same as a search path. */
export const SYSTEM_PATH = SYSTEM_FOLDERS.join(':');

/** Where a program of the system may be, in the order in which it is looked for. */
export function systemPlaces(name: string): readonly string[] {
  return SYSTEM_FOLDERS.map((folder) => `${folder}/${name}`);
}

/** The shell of every system. */
export const SHELL = '/bin/sh';
