import { ExecError } from '@holdfast/exec-protocol';
import type { FileFacts } from '../files/file-facts.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import type { ResolvedPath } from '../files/resolve-path.js';
import type { Followed } from './made-links.js';

/** What a match of a pattern stands for: a link is followed, but whoever may write where it lies could have made it. */
export type MatchedPath =
  | { readonly kind: 'denies'; readonly resolved: ResolvedPath; readonly byLink: string | undefined }
  /** `isGap` where what the link leads to may have been meant. */
  | { readonly kind: 'deniesNothing'; readonly why: string; readonly isGap?: true }
  | { readonly kind: 'unknown' };

/**
 * Decides about a match as it was resolved. A link that shows nothing, or leads where nobody can tell, neither denies anything nor
 * keeps a command from running. Nor does one below a ceiling that a command may have made, and that leads out of what may be written there.
 */
export function matchedPath(path: string, { resolved, away }: Followed, files: FileFacts): MatchedPath {
  if (away !== undefined && !(resolved.kind === 'deadEnd' && resolved.isLink))
    return {
      kind: 'deniesNothing',
      why: `a command may have made it, and it leads out of ${away.root}; name where it leads, or remove it`,
      isGap: true,
    };
  if (resolved.kind === 'deadEnd')
    return isLink(path, files) ? { kind: 'deniesNothing', why: resolved.why } : { kind: 'unknown' };
  const byLink = resolved.links.some((link) => link.path === path) ? path : undefined;
  if (byLink === undefined) return { kind: 'denies', resolved, byLink };
  if (resolved.kind === 'missing')
    return { kind: 'deniesNothing', why: `nothing is at ${resolved.path}, where it leads` };
  const tree = kernelTreeOf(resolved.path);
  if (tree !== undefined)
    return { kind: 'deniesNothing', why: `it leads into ${tree}, of which every sandbox has its own` };
  return { kind: 'denies', resolved, byLink };
}

/** Whether a link stands there; false where nobody can tell. */
export function isLink(path: string, files: FileFacts): boolean {
  try {
    return files.look(path)?.kind === 'link';
  } catch (error) {
    // It is about the plan, not the path.
    if (error instanceof ExecError) throw error;
    return false;
  }
}
