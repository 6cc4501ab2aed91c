import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, type Stats, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { SYSTEM_PATH } from '@holdfast/sandbox';
import { complain } from '../complain.js';

/** What a command gets for its standard three. */
export interface CarriedStreams {
  readonly stdio: readonly [number, number, number];
  /** To be called when the command has been started, or will not be. */
  handedOver(): void;
  /**
   * Settles when all that the command has written is where it was to go, or after `ARRIVAL_LIMIT_MS`; to be called when it
   * has ended.
   */
  arrived(): Promise<void>;
}

/**
 * Says no to streams that cannot be carried.
 * @throws Error for a directory: whoever has it open reaches everything around it, past all mounts.
 */
export function refuseDirectories(): void {
  for (const [fd, name] of NAMES.entries()) {
    if (!fstatSync(fd).isDirectory()) continue;
    throw new Error(
      `${name} is a directory, and leads out of the sandbox; give it a file, a pipe or /dev/null`,
    );
  }
}

/**
 * The streams of this program as a command in a sandbox may have them. Pipes, sockets, terminals and the null device are
 * passed on. A file stays outside, since whoever has it open can open it again, for more than it was opened for: its content
 * goes through a pipe, to its end. Streams that are one file share one, so that what is written stays in order.
 * @param folder A directory that no sandbox shows.
 * @throws Error of the system where no pipe can be made.
 */
export function carryStreams(folder: string): CarriedStreams {
  const ends: number[] = [];
  const inputs: ChildProcess[] = [];
  const outputs: Promise<void>[] = [];
  const made = new Map<string, number>();
  const streamFor = (fd: number): number => {
    const seen = fstatSync(fd);
    if (mayPass(fd, seen)) return fd;
    const key = `${fd === 0 ? 'in' : 'out'} ${String(seen.dev)} ${String(seen.ino)}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const { readFd, writeFd } = makePipe(folder);
    const [own, its] = fd === 0 ? [writeFd, readFd] : [readFd, writeFd];
    const carrier = startCarrier(fd === 0 ? [fd, own] : [own, fd]);
    closeSync(own);
    if (fd === 0) inputs.push(carrier);
    else outputs.push(endOf(carrier));
    ends.push(its);
    made.set(key, its);
    return its;
  };
  const handedOver = (): void => {
    for (const fd of ends.splice(0)) closeSync(fd);
  };
  const arrived = async (): Promise<void> => {
    for (const carrier of inputs) carrier.kill();
    await withinLimit(Promise.all(outputs));
  };
  try {
    const stdio = [streamFor(0), streamFor(1), streamFor(2)] as const;
    return { stdio, handedOver, arrived };
  } catch (error) {
    handedOver();
    throw error;
  }
}

/** What is left in a pipe is little; more time takes only what does not end, and so keeps the pipe open. */
const ARRIVAL_LIMIT_MS = 30_000;

const NAMES = ['stdin', 'stdout', 'stderr'] as const;

function mayPass(fd: number, seen: Stats): boolean {
  if (seen.isFIFO() || seen.isSocket()) return true;
  return seen.isCharacterDevice() && (isatty(fd) || seen.rdev === NULL_DEVICE);
}

/** Major 1, minor 3. */
const NULL_DEVICE = 0x103;

interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/** Both ends of a named pipe that has lost its name; a pipe of Node is a socket, which programs cannot open again. */
function makePipe(folder: string): Pipe {
  const name = join(folder, `stream-${randomUUID()}`);
  execFileSync('mkfifo', ['-m', '600', name], { env: { PATH: SYSTEM_PATH }, stdio: 'pipe' });
  // With both ends open neither of the others is waited for.
  const both = openSync(name, constants.O_RDWR);
  try {
    return { readFd: openSync(name, constants.O_RDONLY), writeFd: openSync(name, constants.O_WRONLY) };
  } finally {
    closeSync(both);
    unlinkSync(name);
  }
}

/** Copies until the end; away from the terminal, whose signals are for the command. */
function startCarrier([from, to]: readonly [number, number]): ChildProcess {
  const carrier = spawn('cat', [], {
    stdio: [from, to, 'inherit'],
    env: { PATH: SYSTEM_PATH },
    detached: true,
  });
  carrier.once('error', (error) => {
    complain(`a stream could not be carried: ${error.message}`);
  });
  return carrier;
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

async function withinLimit(work: Promise<unknown>): Promise<void> {
  const limit = new AbortController();
  const late = sleep(ARRIVAL_LIMIT_MS, true, { signal: limit.signal }).catch(() => false);
  if ((await Promise.race([work, late])) === true)
    complain('some of the output may not be where it was to go');
  limit.abort();
}
