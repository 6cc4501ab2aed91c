import type { SandboxedCommand } from './bwrap-plan.js';
import type { SealableTree } from './plan-mounts.js';

/** The trees of the kernel that are read-only as a whole. */
export function sealedTrees(
  { sealsKernelTrees, isAmongOthers }: SandboxedCommand,
  uid: number,
): readonly SealableTree[] {
  if (sealsKernelTrees === true) return SEALABLE_TREES;
  // What stands there for the machine and not for a process belongs to root in every /proc, and so does its mode. And by
  // `autogroup` a process has a say over its whole session.
  return uid === 0 || isAmongOthers === true ? PROCESSES : [];
}

const PROCESSES = ['/proc'] as const;
const SEALABLE_TREES = ['/dev', ...PROCESSES] as const;
