import { systemProgram } from './system-programs.js';

/** What opens mounts of a sandbox from outside: the absolute paths of programs of the system. */
export interface MountPrograms {
  readonly nsenter: string;
  readonly mount: string;
}

/** Undefined where this machine does not have both. */
export function findMountPrograms(): MountPrograms | undefined {
  const nsenter = systemProgram('nsenter');
  const mount = systemProgram('mount');
  return nsenter === undefined || mount === undefined ? undefined : { nsenter, mount };
}
