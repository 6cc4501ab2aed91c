import { createHash } from 'node:crypto';
import type { Child, ChildExit, ChildListener, ChildSpec, OutputStream } from '../child.js';
import { spawnPipe } from '../pipe/pipe.js';
import type { PipePool } from '../pipe/pipe-pool.js';

/** One call that a child made to its listener. */
export type RecordedEvent =
  | { readonly kind: 'output'; readonly stream: OutputStream; readonly bytes: Uint8Array }
  | { readonly kind: 'exit'; readonly exit: ChildExit }
  | { readonly kind: 'closed' }
  | { readonly kind: 'stdinClosed' };

/** A listener that keeps what it was told, or only counts and hashes the output. */
export class Recording implements ChildListener {
  readonly events: RecordedEvent[] = [];
  readonly exited: Promise<ChildExit>;
  readonly closed: Promise<void>;
  outputBytes = 0;
  readonly #hash = createHash('sha256');
  readonly #keepsOutput: boolean;
  #resolveExited: (exit: ChildExit) => void = () => undefined;
  #resolveClosed: () => void = () => undefined;

  constructor(options: { readonly keepsOutput?: boolean } = {}) {
    this.#keepsOutput = options.keepsOutput ?? true;
    this.exited = new Promise((resolve) => {
      this.#resolveExited = resolve;
    });
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  onOutput(stream: OutputStream, bytes: Uint8Array): void {
    this.outputBytes += bytes.length;
    if (this.#keepsOutput) this.events.push({ kind: 'output', stream, bytes: Uint8Array.from(bytes) });
    else this.#hash.update(bytes);
  }

  onExit(exit: ChildExit): void {
    this.events.push({ kind: 'exit', exit });
    this.#resolveExited(exit);
  }

  onClosed(): void {
    this.events.push({ kind: 'closed' });
    this.#resolveClosed();
  }

  onStdinClosed(): void {
    this.events.push({ kind: 'stdinClosed' });
  }

  /** The kinds of all events, repeated outputs folded into one. */
  get order(): string[] {
    return this.events
      .map((event) => event.kind)
      .filter((kind, at, all) => kind !== 'output' || all[at - 1] !== kind);
  }

  /** What arrived on one stream, up to the exit when asked for. */
  text(stream: OutputStream = 'stdout', until: 'exit' | 'end' = 'end'): string {
    const exitAt = this.events.findIndex((event) => event.kind === 'exit');
    const seen = until === 'exit' && exitAt >= 0 ? this.events.slice(0, exitAt) : this.events;
    const chunks = seen.flatMap((event) =>
      event.kind === 'output' && event.stream === stream ? [event.bytes] : [],
    );
    return Buffer.concat(chunks).toString();
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}

/** The environment of test children: enough to find programs, and nothing else. */
export const TEST_ENV: Readonly<Record<string, string>> = { PATH: '/usr/local/bin:/usr/bin:/bin' };

/** A spec for `sh -c script`, or for a whole argv. */
export function specOf(command: string | readonly string[], overrides: Partial<ChildSpec> = {}): ChildSpec {
  const argv = typeof command === 'string' ? ['sh', '-c', command] : command;
  return { argv, cwd: '/', env: TEST_ENV, stdin: 'null', ...overrides };
}

/** A child and its recording; disposing kills its group and waits until it is closed. */
export interface RecordedChild extends AsyncDisposable {
  readonly child: Child;
  readonly seen: Recording;
}

/** Starts a child on pipes and records what it reports. */
export async function record(
  pool: PipePool,
  spec: ChildSpec,
  seen = new Recording(),
): Promise<RecordedChild> {
  const child = await spawnPipe(spec, pool, seen);
  return {
    child,
    seen,
    async [Symbol.asyncDispose]() {
      child.signalGroup('SIGKILL');
      child.cutOutput();
      await seen.closed;
    },
  };
}
