import { closeSync, constants, fstatSync, mkdtempSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { grantOwner, O_PATH, pathOfDescriptor } from '@holdfast/sandbox/internal';

/** A directory that is held open, so that it stays this one whatever is put in its place. */
export interface PinnedDirectory {
  readonly path: string;
  readonly fd: number;
  /** Of the directory that it was in. */
  readonly parentFd: number;
}

/** How the directory itself is opened, and never where a link leads. Linux only. */
export const DIRECTORY_ITSELF = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** @throws Error of the system where there is no directory, such as a link to one. Linux only. */
export function pinDirectory(path: string): PinnedDirectory {
  return pinIn(dirname(path), () => basename(path));
}

/**
 * Makes a directory that this user alone may enter, with a random end to its name. Linux only.
 * @returns it with its canonical path.
 * @throws Error where it was exchanged meanwhile, or with the code of the system where it cannot be made or held.
 */
export function makePinnedDirectory(parent: string, prefix: string): PinnedDirectory {
  let made = parent;
  try {
    const pinned = pinIn(parent, (parentFd) => {
      const at = mkdtempSync(`${pathOfDescriptor(parentFd)}/${prefix}`);
      made = join(parent, basename(at));
      grantOwner(at, 0o700);
      return basename(at);
    });
    const path = pathIfUntouched(pinned);
    if (path !== undefined) return { ...pinned, path };
  } catch (cause) {
    const code = codeOf(cause);
    if (made === parent || !EXCHANGED.has(code))
      throw new Error(`no directory can be made in ${parent} (${code})`, { cause });
  }
  throw new Error(`${made} was replaced as soon as it was made; try again`);
}

/** How it fails to open a directory that was there just now. */
const EXCHANGED: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** Lets it go. */
export function unpin({ fd, parentFd }: PinnedDirectory): void {
  closeSync(fd);
  closeSync(parentFd);
}

/** Whether what is open belongs to this user. */
export function isOwn(fd: number): boolean {
  return fstatSync(fd).uid === process.getuid?.();
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function pinIn(parent: string, name: (parentFd: number) => string): PinnedDirectory {
  const parentFd = openSync(parent, O_PATH | constants.O_DIRECTORY);
  try {
    const own = name(parentFd);
    const fd = openSync(`${pathOfDescriptor(parentFd)}/${own}`, DIRECTORY_ITSELF);
    return { path: join(parent, own), parentFd, fd };
  } catch (error) {
    closeSync(parentFd);
    throw error;
  }
}

/** Canonical; the directory is let go where it is not the one that was made, or nobody can tell. */
function pathIfUntouched(pinned: PinnedDirectory): string | undefined {
  let path: string | undefined;
  try {
    if (isUntouched(pinned.fd)) path = readlinkSync(pathOfDescriptor(pinned.fd));
    return path;
  } finally {
    if (path === undefined) unpin(pinned);
  }
}

/** As a directory is that this user has just made: another one could have been put in its place. */
function isUntouched(fd: number): boolean {
  const isPrivate = isOwn(fd) && (fstatSync(fd).mode & 0o077) === 0;
  return isPrivate && readdirSync(`${pathOfDescriptor(fd)}/.`).length === 0;
}
