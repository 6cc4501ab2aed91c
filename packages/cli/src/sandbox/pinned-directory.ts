import { closeSync, constants, fstatSync, mkdtempSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { O_PATH, pathOfDescriptor } from '@holdfast/sandbox';

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
 * @throws Error where it was exchanged meanwhile; that of the system where it cannot be made.
 */
export function makePinnedDirectory(parent: string, prefix: string): PinnedDirectory {
  let made = parent;
  try {
    const pinned = pinIn(parent, (parentFd) => {
      const name = makeIn(parentFd, parent, prefix);
      made = join(parent, name);
      return name;
    });
    if (isUntouched(pinned.fd)) return { ...pinned, path: readlinkSync(pathOfDescriptor(pinned.fd)) };
    unpin(pinned);
  } catch (error) {
    if (made === parent) throw error;
  }
  throw new Error(`${made} was replaced as soon as it was made; try again`);
}

/** Lets it go. */
export function unpin({ fd, parentFd }: PinnedDirectory): void {
  closeSync(fd);
  closeSync(parentFd);
}

/** Whether what is open belongs to this user. */
export function isOwn(fd: number): boolean {
  return fstatSync(fd).uid === process.getuid?.();
}

function makeIn(parentFd: number, parent: string, prefix: string): string {
  try {
    return basename(mkdtempSync(`${pathOfDescriptor(parentFd)}/${prefix}`));
  } catch (cause) {
    throw new Error(`no directory can be made in ${parent} (${codeOf(cause)})`, { cause });
  }
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

/** As a directory is that this user has just made: another one could have been put in its place. */
function isUntouched(fd: number): boolean {
  const isPrivate = isOwn(fd) && (fstatSync(fd).mode & 0o077) === 0;
  return isPrivate && readdirSync(`${pathOfDescriptor(fd)}/.`).length === 0;
}
