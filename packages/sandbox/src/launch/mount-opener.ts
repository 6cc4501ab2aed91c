import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { bytesOfText } from '../files/byte-text.js';
import { pathOfDescriptor } from '../files/descriptors.js';
import { errorCode } from '../files/error-code.js';
import { checkSpareDescriptors } from '../files/spare-descriptors.js';
import type { MountPrograms } from '../linux/launch-plan.js';
import { SHELL } from '../linux/system-places.js';
import type { Mount } from '../mounts/mount-table.js';
import { enterWords, openNamespaces } from './enter-namespaces.js';
import type { NamedProcess } from './first-process.js';

/**
 * Opens mounts of a sandbox from outside, once bubblewrap has made them all: until then nothing there can be written, and so nothing can
 * be made or emptied where a name leads elsewhere.
 */
export class MountOpener {
  readonly #first: NamedProcess;
  readonly #table: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  #hasEnded = false;

  /**
   * Starts what opens them, which then waits, with the rights of whoever made the mounts. To be made while bubblewrap sets the sandbox up,
   * for it gives the namespace up in the end.
   * @throws Error where a descriptor or a process cannot be had, or the first one has gone.
   */
  constructor(first: NamedProcess, { nsenter, mount }: MountPrograms) {
    this.#first = first;
    this.#table = openNameless();
    let namespaces: readonly number[] = [];
    try {
      namespaces = openNamespaces(first);
      const stdio = ['pipe', 'ignore', 'pipe', this.#table, ...namespaces] as const;
      checkSpareDescriptors(stdio);
      const open = [mount, '-i', '-n', '-c', '-a', '-T', pathOfDescriptor(3)];
      this.#child = spawn(SHELL, ['-c', WHEN_TOLD, 'sh', ...enterWords(nsenter, [4, 5]), ...open], {
        env: {},
        cwd: '/',
        stdio: [...stdio],
      });
      this.#ended = endOf(this.#child);
    } catch (error) {
      closeSync(this.#table);
      throw error;
    } finally {
      for (const fd of namespaces) closeSync(fd);
    }
    this.#child.stdin?.on('error', () => undefined);
  }

  /**
   * Settles with its complaints when it has ended; whether all are open is for the mount table to tell.
   * @throws Error of the system where it cannot be told which.
   */
  async open(mounts: readonly Mount[]): Promise<string> {
    const root = `/proc/${this.#first.pid}/root`;
    const lines = mounts.map((mount) => `none ${escaped(root + mount.path)} none ${wordsOf(mount)} 0 0\n`);
    writeFileSync(this.#table, lines.join(''));
    this.#child.stdin?.end('\n');
    return await this.#ended;
  }

  /** Ends it, whatever it does. May be called twice. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#child.kill('SIGKILL');
    closeSync(this.#table);
  }
}

function wordsOf({ options }: Mount): string {
  return ['remount', 'bind', 'rw', ...options.filter((option) => KEPT.has(option))].join(',');
}

/** What is lost where it is not said anew, and what the program for it knows. */
const KEPT: ReadonlySet<string> = new Set([
  ...['nosuid', 'nodev', 'noexec', 'nosymfollow'],
  ...['noatime', 'nodiratime', 'relatime'],
]);

/** A field of such a table, in which any byte may be written as an octal number. */
function escaped(path: string): string {
  return bytesOfText(path)
    .toString('latin1')
    .replace(/[^!-[\]-~]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** A file that nobody else can open, for it never has a name. It holds blank lines, in place of which there is room for others. */
function openNameless(): number {
  let problem: unknown;
  for (const directory of ['/dev/shm', tmpdir(), '/var/tmp']) {
    try {
      return openWithRoom(directory);
    } catch (error) {
      if (LACKS_DESCRIPTORS.has(errorCode(error) ?? '')) throw error;
      problem = error;
    }
  }
  throw problem;
}

function openWithRoom(directory: string): number {
  const fd = openSync(directory, constants.O_RDWR | O_TMPFILE, 0o600);
  try {
    if (writeSync(fd, ROOM, 0, ROOM.length, 0) === ROOM.length) return fd;
    throw new Error(`${directory} is full`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** For a hundred directories or more. */
const ROOM = Buffer.alloc(16 * 1024, '\n');

/** Linux; Node does not name it. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

const LACKS_DESCRIPTORS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE']);

/** @throws Error where there is no process. */
function endOf(child: ChildProcess): Promise<string> {
  const ended = new Promise<void>((resolve) => {
    child.once('close', resolve);
    // Heard of so that it does not end this program.
    child.once('error', resolve);
  });
  if (child.pid === undefined || child.stderr === null) throw new Error('no process can be started');
  const words = text(child.stderr).catch(String);
  return ended.then(() => words).then((complaint) => complaint.trim());
}

/** A script that becomes its arguments when it is given a line, and nothing when there is none. */
const WHEN_TOLD = 'read -r line && exec "$@"';
