import { MAX_LINKS_FOLLOWED } from '../limits.js';
import type { FileFact, FileFacts } from './file-facts.js';
import { childOf, namesOf, parentOf } from './paths.js';

/** A link on the way to a path. */
export interface CrossedLink {
  readonly path: string;
  /** Where it leads, as it is written. */
  readonly target: string;
}

/** A path with every link on its way followed. */
export interface ResolvedPath {
  /** The canonical path. Below `missingFrom` it is what the path would be. */
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'missing';
  /** Which directory or file it was, or undefined where it is missing. */
  readonly identity: FileIdentity | undefined;
  /** The first name on the way that does not exist. */
  readonly missingFrom: string | undefined;
  readonly isShared: boolean;
  readonly links: readonly CrossedLink[];
}

/** What stays the same when a file is renamed, and differs when another one takes its name. */
export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
}

/** Links lead in a circle, or through more links than the kernel would follow. */
export class LinkCycle extends Error {
  readonly link: string;

  constructor(link: string) {
    super(`the link ${link} leads in a circle`);
    this.link = link;
  }
}

/**
 * Follows every link of an absolute path, as the kernel would, and goes on by name alone where nothing exists.
 * @throws LinkCycle
 */
export function resolvePath(path: string, files: FileFacts): ResolvedPath {
  const links: CrossedLink[] = [];
  const pending = [...namesOf(path)].reverse();
  let current = '/';
  let missingFrom: string | undefined;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    current = name === '..' ? parentOf(current) : childOf(current, name);
    if (name === '..' || missingFrom !== undefined) continue;
    const found = files.look(current);
    if (found === undefined) missingFrom = current;
    if (found?.kind !== 'link') continue;
    const target = follow(current, links, files);
    pending.push(...[...namesOf(target)].reverse());
    current = target.startsWith('/') ? '/' : parentOf(current);
  }
  return {
    path: current,
    missingFrom,
    links,
    ...factsOf(missingFrom === undefined ? files.look(current) : undefined),
  };
}

function follow(link: string, links: CrossedLink[], files: FileFacts): string {
  if (links.length >= MAX_LINKS_FOLLOWED) throw new LinkCycle(link);
  const target = files.readLink(link);
  links.push({ path: link, target });
  return target;
}

function factsOf(found: FileFact | undefined): Pick<ResolvedPath, 'kind' | 'identity' | 'isShared'> {
  // A link that took the place of what was looked at a moment ago is not followed again.
  if (found === undefined || found.kind === 'link')
    return { kind: 'missing', identity: undefined, isShared: false };
  const { kind, device, inode, isShared } = found;
  return { kind, identity: { device, inode }, isShared };
}
