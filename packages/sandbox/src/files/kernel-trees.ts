import { isWithin } from './paths.js';

/** What the kernel shows as files. Nobody keeps anything there. */
export const KERNEL_TREES: readonly string[] = ['/dev', '/proc', '/sys'];

/** That of the kernel in which a canonical path lies. */
export function kernelTreeOf(path: string): string | undefined {
  return KERNEL_TREES.find((tree) => isWithin(path, tree));
}
