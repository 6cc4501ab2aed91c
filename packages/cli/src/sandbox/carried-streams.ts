import { fstatSync, type Stats } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { MAX_STATUS_BYTES } from '@holdfast/sandbox/internal';
import { complain } from '../complain.js';
import { FileInput, hasPosition } from './file-input.js';
import { type Carrier, StreamCarrier } from './stream-carrier.js';
import { makePipes, type StreamPipe } from './stream-pipe.js';

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
 * The streams of this program as a command in a sandbox may have them. Terminals and the null device are passed on. Everything
 * else stays outside, since whoever has it can open it again for more than it was opened for, or connect it elsewhere: what goes
 * through it is carried by a pipe. Outputs that are one share one, so that what is written stays in order.
 */
export class CarriedStreams {
  /** For each of the three, undefined for what is passed on. */
  readonly #byStream: readonly (Carrier | undefined)[];
  readonly #carriers: readonly Carrier[];
  readonly #errors: StreamCarrier | undefined;

  private constructor(byStream: readonly (Carrier | undefined)[]) {
    this.#byStream = byStream;
    this.#errors = byStream[2] instanceof StreamCarrier ? byStream[2] : undefined;
    this.#carriers = [...new Set(byStream)].filter((carrier) => carrier !== undefined);
  }

  /** @throws Error of the system where no pipes can be made. */
  static async make(): Promise<CarriedStreams> {
    const keys = NAMES.map((_, fd) => keyOf(fd));
    const distinct = [...new Set(keys)].filter((key) => key !== undefined);
    const pipes = distinct.length === 0 ? [] : await makePipes(distinct.length);
    const carriers = new Map(
      pipes.map((pipe, at) => [distinct[at], carrierFor(keys.indexOf(distinct[at]), pipe)]),
    );
    return new CarriedStreams(keys.map((key) => carriers.get(key)));
  }

  /** What the command gets for its standard three. */
  get stdio(): readonly [number, number, number] {
    const end = (fd: number): number => this.#byStream[fd]?.its ?? fd;
    return [end(0), end(1), end(2)];
  }

  /** Takes what a wrapper has printed on stderr whose command was not run; nothing where that is passed on. */
  takeErrors(): string {
    return this.#errors?.takeWaiting(MAX_STATUS_BYTES) ?? '';
  }

  /** To be called when the command runs, after which none can be started with them; from then on its outputs are carried. */
  handedOver(): void {
    for (const carrier of this.#carriers) {
      carrier.handedOver();
      if (!carrier.isInput) carrier.start();
    }
  }

  /**
   * Carries its input from now on; not before it runs, or others who read there would miss it for nothing.
   * @param environment Marks what must not outlive this program.
   */
  carryInput(environment: Readonly<Record<string, string>>): void {
    for (const carrier of this.#carriers) if (carrier.isInput) carrier.start(environment);
  }

  /**
   * To be called when the command has ended. Settles when all that it has written is where it was to go; a file that cannot
   * take it within `FILE_LIMIT_MS` is not waited for, and told of.
   */
  async arrived(): Promise<void> {
    await Promise.all(
      this.#carriers.map(async (carrier) => {
        if (carrier.isInput) carrier.stop();
        if (carrier.isInput || isForReaders(carrier.fd)) await carrier.ended;
        else await withinLimit(carrier.ended);
      }),
    );
  }

  /** Whether something that the command has written could not be written, as on a full disk. */
  get hasLost(): boolean {
    return this.#carriers.some((carrier) => carrier.hasLost);
  }

  /** Lets go of everything. What has not arrived goes its way without this program. */
  abandon(): void {
    for (const carrier of this.#carriers) carrier.abandon();
  }
}

function carrierFor(fd: number, pipe: StreamPipe): Carrier {
  return fd === 0 && hasPosition(fd) ? new FileInput(fd, pipe) : new StreamCarrier(fd, pipe);
}

/** What is left in a pipe is little; more time takes only what does not end, and so keeps the pipe open. */
const FILE_LIMIT_MS = 30_000;

const NAMES = ['stdin', 'stdout', 'stderr'] as const;

/** Names what a stream is, so that outputs that are one have the same name; undefined for what is passed on. */
function keyOf(fd: number): string | undefined {
  const seen = fstatSync(fd);
  if (isPassedOn(fd, seen)) return undefined;
  return `${fd === 0 ? 'in' : 'out'} ${String(seen.dev)} ${String(seen.ino)}`;
}

/** Whether a command has a stream of this program as it is. */
export function isPassedOn(fd: number, seen: Stats = fstatSync(fd)): boolean {
  return seen.isCharacterDevice() && (isatty(fd) || seen.rdev === NULL_DEVICE);
}

/** Major 1, minor 3. */
const NULL_DEVICE = 0x103;

/** Whoever reads there may take his time, as when the command itself would wait for him. */
function isForReaders(fd: number): boolean {
  const seen = fstatSync(fd);
  return seen.isFIFO() || seen.isSocket();
}

async function withinLimit(work: Promise<unknown>): Promise<void> {
  const limit = new AbortController();
  const late = sleep(FILE_LIMIT_MS, true, { signal: limit.signal, ref: false }).catch(() => false);
  if ((await Promise.race([work, late])) === true)
    complain('some of the output may not be where it was to go');
  limit.abort();
}
