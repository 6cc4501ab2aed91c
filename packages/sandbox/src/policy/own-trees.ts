import { kernelTreeOf } from '../files/kernel-trees.js';
import { refuse } from '../refuse.js';

/** @throws ExecError `sandboxUnsupported` for a canonical path in a tree that every sandbox has for itself: it cannot be denied. */
export function refuseInOwnTree(path: string, origin: string): void {
  const tree = kernelTreeOf(path);
  if (tree === undefined) return;
  refuse(origin, `${path} cannot be denied: every sandbox has a ${tree} of its own; leave the entry out`);
}
