import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, fstatSync, openSync, read, readFileSync, readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { pathOfDescriptor, SYSTEM_PATH } from '@holdfast/sandbox/internal';
import { complain, messageOf } from '../complain.js';
import type { Carrier } from './stream-carrier.js';
import type { StreamPipe } from './stream-pipe.js';
import { unlessItWaits } from './waiting-bytes.js';

/** Whether this is a file of which it can be told, and set, how far it has been read. Those of /proc have no size. */
export function hasPosition(fd: number): boolean {
  const seen = fstatSync(fd);
  return seen.isFile() && seen.size > 0;
}

/**
 * Carries a file that is stdin. Whoever has started this program may read on in it, such as a shell its script: so it is read past
 * the position that all share, and at the end that is moved behind what the command has really taken.
 */
export class FileInput implements Carrier {
  readonly isInput = true;
  readonly hasLost = false;
  readonly fd: number;
  readonly ended: Promise<void>;
  #its: number | undefined;
  /** Reads what the command has left. */
  readonly #leftFd: number;
  readonly #writer: Socket;
  readonly #writeFd: number;
  #copied: Promise<void> | undefined;
  #isStopped = false;
  #isLetGo = false;
  /** Bytes that the pipe has taken. */
  #taken = 0;
  #end: () => void = () => undefined;

  constructor(fd: number, { readFd, writeFd }: StreamPipe) {
    this.fd = fd;
    this.#its = readFd;
    this.#leftFd = openSync(pathOfDescriptor(readFd), constants.O_RDONLY | constants.O_NONBLOCK);
    this.#writeFd = openSync(pathOfDescriptor(writeFd), constants.O_WRONLY | constants.O_NONBLOCK);
    closeSync(writeFd);
    this.#writer = new Socket({ fd: this.#writeFd, readable: false, writable: true });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get its(): number {
    if (this.#its === undefined) throw new Error('the command has its end already');
    return this.#its;
  }

  handedOver(): void {
    if (this.#its !== undefined) closeSync(this.#its);
    this.#its = undefined;
  }

  start(): void {
    this.#copied = this.#copy()
      .catch((error: unknown) => {
        complain(`stdin could not be read: ${messageOf(error)}`);
      })
      .finally(() => {
        this.#writer.destroy();
      });
  }

  stop(): void {
    void this.#finish()
      .catch((error: unknown) => {
        complain(`stdin may not go on where the command has stopped reading: ${messageOf(error)}`);
      })
      .finally(this.#end);
  }

  abandon(): void {
    this.#isStopped = true;
    this.handedOver();
    this.#writer.destroy();
    if (!this.#isLetGo) closeSync(this.#leftFd);
    this.#isLetGo = true;
  }

  async #copy(): Promise<void> {
    const first = positionOf(this.fd);
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    while (!this.#isStopped) {
      const { bytesRead } = await readAt(this.fd, buffer, 0, CHUNK_BYTES, first + this.#taken);
      if (bytesRead === 0) return;
      await this.#pass(buffer.subarray(0, bytesRead));
    }
  }

  async #pass(bytes: Buffer): Promise<void> {
    let at = 0;
    while (at < bytes.length && !this.#isStopped) {
      const written = writeSome(this.#writeFd, bytes.subarray(at));
      this.#taken += written;
      at += written;
      if (written > 0) continue;
      // A pipe takes so little as a whole or not at all, so that it stays known how much it has.
      const piece = bytes.subarray(at, at + ATOMIC_BYTES);
      await this.#write(piece);
      at += piece.length;
    }
  }

  #write(piece: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#writer.write(piece, (error) => {
        if (error != null) {
          reject(error);
          return;
        }
        this.#taken += piece.length;
        resolve();
      });
    });
  }

  async #finish(): Promise<void> {
    this.#isStopped = true;
    if (this.#copied === undefined || this.#isLetGo) return;
    const before = emptied(this.#leftFd);
    // What still waited for room has it now.
    await this.#copied;
    const left = before + emptied(this.#leftFd);
    if (this.#taken > left) await moveOn(this.fd, this.#taken - left);
  }
}

const CHUNK_BYTES = 256 * 1024;

/** PIPE_BUF of Linux. */
const ATOMIC_BYTES = 4096;

const readAt = promisify(read);

function positionOf(fd: number): number {
  const position = /^pos:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${String(fd)}`, 'utf8'))?.[1];
  if (position === undefined) throw new Error('the kernel does not tell its position');
  return Number(position);
}

/** @returns how much was taken; nothing by a full pipe. */
function writeSome(fd: number, bytes: Buffer): number {
  return unlessItWaits(() => writeSync(fd, bytes)) ?? 0;
}

/** @returns how many bytes were left in a pipe of which nobody else reads. */
function emptied(fd: number): number {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let bytes = 0;
  for (;;) {
    const count = unlessItWaits(() => readSync(fd, buffer)) ?? 0;
    if (count === 0) return bytes;
    bytes += count;
  }
}

/** Moves the position of a file, which Node cannot: `dd` does so for what it shall skip. */
async function moveOn(fd: number, bytes: number): Promise<void> {
  const dd = spawn('dd', ['bs=1', `skip=${String(bytes)}`, 'count=0'], {
    stdio: [fd, 'ignore', 'ignore'],
    env: { PATH: SYSTEM_PATH },
    detached: true,
  });
  const [code] = (await once(dd, 'close')) as [number | null];
  if (code !== 0) throw new Error(`dd ended with ${String(code)}`);
}
