import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { SYSTEM_PATH } from '@holdfast/sandbox/internal';
import { complain } from '../complain.js';
import type { StreamPipe } from './stream-pipe.js';
import { takeWaiting } from './waiting-bytes.js';

/** Carries what goes through one stream of this program, by a pipe of which the command has the other end. */
export interface Carrier {
  /** Of which stream. */
  readonly fd: number;
  readonly isInput: boolean;
  /** The end for the command, until that has it. */
  readonly its: number;
  /** Settles when nothing more is carried. */
  readonly ended: Promise<void>;
  /** Whether what the command has written could not be written where it was to go. */
  readonly hasLost: boolean;
  /** To be called when the command runs. */
  handedOver(): void;
  /** @param environment Marks what must not outlive this program; default nothing. */
  start(environment?: Readonly<Record<string, string>>): void;
  /** Stops an input at once, so that it takes no more from whoever reads there next. */
  stop(): void;
  /** Lets go of everything; what is on its way is still carried. */
  abandon(): void;
}

/** Carries by a process that copies until the end. */
export class StreamCarrier implements Carrier {
  readonly fd: number;
  readonly ended: Promise<void>;
  readonly #ends: { its: number | undefined; own: number | undefined };
  #process: ChildProcess | undefined;
  #hasLost = false;
  #end: () => void = () => undefined;

  constructor(fd: number, { readFd, writeFd }: StreamPipe) {
    this.fd = fd;
    this.#ends = fd === 0 ? { its: readFd, own: writeFd } : { its: writeFd, own: readFd };
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get isInput(): boolean {
    return this.fd === 0;
  }

  get its(): number {
    if (this.#ends.its === undefined) throw new Error('the command has its end already');
    return this.#ends.its;
  }

  get hasLost(): boolean {
    return this.#hasLost;
  }

  handedOver(): void {
    this.#close('its');
  }

  start(environment: Readonly<Record<string, string>> = {}): void {
    const { own } = this.#ends;
    if (own === undefined) return;
    // As the first three of a process they become blocking ones, which Node has changed. Signals of the terminal are for the command.
    const carrier = spawn('cat', [], {
      stdio: this.isInput ? [this.fd, own, 'inherit'] : [own, this.fd, 'inherit'],
      env: { ...environment, PATH: SYSTEM_PATH },
      detached: true,
    });
    this.#process = carrier;
    carrier.once('error', (error) => {
      complain(`a stream could not be carried: ${error.message}`);
      this.#hasLost = !this.isInput;
      this.#end();
    });
    // A reader that is gone ends it by a signal, which is how the command hears of it, too.
    carrier.once('exit', (code) => {
      if (!this.isInput && code !== null && code !== 0) this.#hasLost = true;
      this.#end();
    });
    this.#close('own');
  }

  /** Takes what has been written and is not carried yet, at most so many bytes. */
  takeWaiting(limit: number): string {
    const { own } = this.#ends;
    return own === undefined ? '' : takeWaiting(own, limit);
  }

  stop(): void {
    if (this.#process === undefined) this.#end();
    else this.#process.kill('SIGKILL');
  }

  abandon(): void {
    this.#close('its');
    this.#close('own');
    this.#process?.unref();
  }

  #close(end: 'its' | 'own'): void {
    const fd = this.#ends[end];
    this.#ends[end] = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}
