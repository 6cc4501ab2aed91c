import type { MountPrograms } from '../linux/launch-plan.js';
import { systemProgram } from './system-programs.js';

/** Undefined where this machine does not have both. */
export function findMountPrograms(): MountPrograms | undefined {
  const nsenter = systemProgram('nsenter');
  const mount = systemProgram('mount');
  return nsenter === undefined || mount === undefined ? undefined : { nsenter, mount };
}
