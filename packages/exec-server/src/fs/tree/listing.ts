import { lstat, readlink } from 'node:fs/promises';
import { base64Length, MAX_WALK_ENTRIES, type PathUri } from '@holdfast/exec-protocol';
import { about, errnoOf } from '../file-error.js';
import { PERMISSIONS } from '../metadata.js';
import { joinPath, type NativePath, toPathUri } from '../native-path.js';
import { descend } from '../no-follow.js';
import type { LinkOptions } from '../open-file.js';
import { ListingRoom } from './listing-room.js';
import { firstEntriesIn } from './names.js';

/** One entry of a directory as it is itself; a link is not followed. */
interface ListedEntry {
  readonly uri: PathUri;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Unix time in milliseconds, 0 where it is not known. */
  readonly modifiedAtMs: number;
  readonly permissions: number;
  /** Where a link leads, in the bytes that it holds. */
  readonly target: Buffer | undefined;
}

/** What a directory holds. */
export interface Listing {
  /** Sorted by the bytes of their names. */
  readonly entries: readonly ListedEntry[];
  /** Whether there are more than are listed. */
  readonly truncated: boolean;
}

/** Lists a directory. What goes away meanwhile is left out. */
export function listDirectory(
  path: NativePath,
  { followSymlinks }: LinkOptions,
  room = new ListingRoom(),
  limit: number = MAX_WALK_ENTRIES,
): Promise<Listing> {
  const listAt = async (here: NativePath): Promise<Listing> => {
    const first = await firstEntriesIn(here, limit);
    const entries: ListedEntry[] = [];
    for (let at = 0; at < first.entries.length; at += LOOKS_AT_ONCE) {
      const some = first.entries.slice(at, at + LOOKS_AT_ONCE);
      const found = await Promise.all(some.map(({ name }) => entryOf(path, here, name)));
      for (const entry of found) {
        if (entry === undefined) continue;
        const more = base64Length(entry.target?.length ?? 0);
        if (!room.take(entry.uri, more)) return { entries, truncated: true };
        entries.push(entry);
      }
    }
    return { entries, truncated: first.isCut };
  };
  // Going down to the directory itself refuses it where it is a link.
  return about(path, () => (followSymlinks ? listAt(path) : descend(joinPath(path, ITSELF), listAt)));
}

const LOOKS_AT_ONCE = 64;
const ITSELF = Buffer.from('.');

async function entryOf(
  directory: NativePath,
  here: NativePath,
  name: Buffer,
): Promise<ListedEntry | undefined> {
  const at = joinPath(here, name);
  try {
    const found = await lstat(at);
    return {
      uri: toPathUri(joinPath(directory, name)),
      kind: kindOf(found),
      size: found.size,
      modifiedAtMs: Math.max(0, Math.floor(found.mtimeMs)),
      permissions: found.mode & PERMISSIONS,
      target: found.isSymbolicLink() ? await readlink(at, { encoding: 'buffer' }) : undefined,
    };
  } catch (error) {
    // What has gone, and what was a link a moment ago.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EINVAL') return undefined;
    throw error;
  }
}

function kindOf(found: Awaited<ReturnType<typeof lstat>>): ListedEntry['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'directory';
  return found.isSymbolicLink() ? 'symlink' : 'other';
}
