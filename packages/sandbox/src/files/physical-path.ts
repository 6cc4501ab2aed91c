import { realpathSync } from 'node:fs';
import { childOf } from './paths.js';
import { realFileFacts } from './real-file-facts.js';
import { type CrossedLink, resolvePath } from './resolve-path.js';

/** A path in which no `..` is left. */
export interface PhysicalPath {
  /** Absolute. */
  readonly path: string;
  /** The links that were followed for it; none without `..`. */
  readonly links: readonly CrossedLink[];
}

/**
 * Takes `..` out of a path as the kernel does, for which it leads out of where a link before it leads. What comes after the
 * last one stays as it is.
 * @param path May be relative to the working directory of this program.
 * @throws NowhereBefore where what comes before cannot be gone through.
 */
export function physicalPath(path: string): PhysicalPath {
  const names = (path.startsWith('/') ? path : `${process.cwd()}/${path}`).split('/');
  const last = names.lastIndexOf('..');
  const head = names.slice(0, last + 1).join('/');
  const rest = names.slice(last + 1).filter((name) => name !== '' && name !== '.');
  if (last < 0) return { path: rest.reduce(childOf, '/'), links: [] };
  const found = resolvePath(head, realFileFacts);
  return {
    path: rest.reduce(childOf, realPathOf(head)),
    links: found.kind === 'deadEnd' ? [] : found.links,
  };
}

/** Says which path leads nowhere. */
export class NowhereBefore extends Error {}

/** By the kernel itself, for which also a file before a `..` is the end. */
function realPathOf(path: string): string {
  try {
    // The other one of Node takes `..` out by name.
    return realpathSync.native(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new NowhereBefore(`${path} leads nowhere (${code})`, { cause });
  }
}
