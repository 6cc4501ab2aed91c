import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { env as ownEnv } from 'node:process';
import type { Readable, Writable } from 'node:stream';
import {
  CLOSE_CODES,
  type CloseKind,
  createLineSplitter,
  type LineBatch,
  type Transport,
  type TransportClosed,
  type TransportListener,
} from '@holdfast/exec-protocol';
import { connectError } from './connect-failure.js';
import { corkPerTurn } from './cork.js';
import type { DialOptions } from './dial-options.js';
import type { DialTarget } from './target.js';

/** How long a server may take to end after the end of its input, before it is killed. */
const END_GRACE_MS = 5_000;

/** A server may answer a read with one long line; V8 sets the bound of text below this. */
const MAX_LINE_BYTES = 1024 * 1024 * 1024;

type Child = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Starts a server and speaks to it through its stdin and stdout, one message per line. Its stderr is ours.
 * @throws ExecError `connectFailed`; the reason of the signal.
 */
export function dialStdio(
  { label, command, cwd, env }: DialTarget & { readonly kind: 'stdio' },
  { signal }: DialOptions,
): Promise<Transport> {
  const [program = '', ...words] = command;
  const child = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd,
    env: { ...ownEnv, ...env },
  });
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    const abort = (): void => {
      reject(signal.reason);
      child.kill('SIGKILL');
    };
    signal.addEventListener('abort', abort, { once: true });
    child.once('error', (error) => {
      signal.removeEventListener('abort', abort);
      reject(connectError(label, error));
    });
    child.once('spawn', () => {
      signal.removeEventListener('abort', abort);
      resolve(new StdioTransport(label, child));
    });
  });
}

class StdioTransport implements Transport {
  readonly label: string;
  readonly #child: Child;
  readonly #splitter = createLineSplitter(MAX_LINE_BYTES);
  readonly #cork: () => void;
  #lines: string[] = [];
  #isPaused = false;
  #closedWith: TransportClosed | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(label: string, child: Child) {
    this.label = label;
    this.#child = child;
    this.#cork = corkPerTurn(child.stdin);
    // That a server has gone shows in its end; what could not be written to it does not matter then.
    child.stdin.on('error', () => undefined);
    child.on('error', () => undefined);
  }

  get bufferedBytes(): number {
    return this.#child.stdin.writableLength;
  }

  start(listener: TransportListener): void {
    const { stdin, stdout } = this.#child;
    stdin.on('drain', () => {
      listener.onDrain();
    });
    stdout.on('data', (chunk: Buffer) => {
      this.#take(this.#splitter.push(chunk), listener);
    });
    stdout.on('end', () => {
      this.#take(this.#splitter.end(), listener);
      // A server that says nothing more is of no use, whether it still runs or not.
      if (this.#closedWith === undefined) this.close('normal', '');
    });
    // After the exit and the last of the output.
    this.#child.on('close', (exitCode, signal) => {
      clearTimeout(this.#killTimer);
      listener.onClose(this.#closedWith ?? { code: 1006, reason: describeEnd(exitCode, signal) });
    });
    stdout.on('resume', () => {
      this.#deliver(listener);
    });
  }

  send(message: string): void {
    if (!this.#child.stdin.writable) return;
    this.#cork();
    this.#child.stdin.write(`${message}\n`);
  }

  ping(): boolean {
    return false;
  }

  pause(): void {
    this.#isPaused = true;
    this.#child.stdout.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#child.stdout.resume();
  }

  close(kind: CloseKind, reason: string): void {
    this.resume();
    this.#child.stdin.end();
    this.#killTimer ??= setTimeout(() => {
      this.destroy();
    }, END_GRACE_MS);
    if (kind !== 'normal') this.#closedWith ??= { code: CLOSE_CODES[kind].code, reason };
  }

  destroy(): void {
    this.#closedWith ??= { code: 1006, reason: 'the server was killed' };
    this.resume();
    this.#child.kill('SIGKILL');
    // A descendant of the server may hold its output open.
    this.#child.stdout.destroy();
  }

  #take({ lines, failure }: LineBatch, listener: TransportListener): void {
    this.#lines.push(...lines);
    this.#deliver(listener);
    if (failure === undefined || this.#closedWith !== undefined) return;
    this.#closedWith = { code: CLOSE_CODES.protocolError.code, reason: failure.message };
    this.destroy();
  }

  #deliver(listener: TransportListener): void {
    while (!this.#isPaused) {
      const line = this.#lines.shift();
      if (line === undefined) return;
      listener.onMessage(line);
    }
  }
}

function describeEnd(exitCode: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `the server was ended by ${signal}`;
  return `the server exited with code ${exitCode ?? 'unknown'}`;
}
