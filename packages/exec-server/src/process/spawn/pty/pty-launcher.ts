import path from 'node:path';
import { systemPlaces, whyNotRunnable } from '@holdfast/sandbox/internal';
import { SpawnError } from '../spawn-error.js';

/** A small program that makes its standard input its controlling terminal and becomes the program of the child. */
export interface Launcher {
  readonly program: string;
  readonly args: readonly string[];
  /** True when it expects to lead a session already, false when it starts one. */
  readonly leads: boolean;
}

/**
 * Node's spawn gives the child a session, but no terminal to control it. node-pty's would, but it hands the child every
 * terminal of the server, keeps a thread per child, reaps behind Node's back and hides why a start failed.
 */
export function findLauncher(libraryFolder: () => string): Launcher {
  if (process.platform === 'darwin') {
    const folders = ['build/Release', `prebuilds/darwin-${process.arch}`];
    const program = folders
      .map((folder) => path.join(libraryFolder(), folder, 'spawn-helper'))
      .find(isProgram);
    // An empty name leaves the working directory as it is.
    if (program !== undefined) return { program, args: [''], leads: true };
    throw new SpawnError('ptyUnavailable', 'the spawn-helper of node-pty is missing; install node-pty again');
  }
  const program = systemPlaces('setsid').find(isProgram);
  if (program !== undefined) return { program, args: ['-c', '--'], leads: false };
  throw new SpawnError('ptyUnavailable', 'terminals need the program setsid; install util-linux or busybox');
}

function isProgram(file: string): boolean {
  return whyNotRunnable(file) === undefined;
}
