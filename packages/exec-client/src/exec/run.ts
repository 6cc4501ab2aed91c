import { ExecError } from '@holdfast/exec-protocol';
import type { Client } from '../client.js';
import type { Clock, Timer } from '../clock.js';
import type { ExitedEvent, ProcessEvent } from '../process/events.js';
import type { ProcessHandle } from '../process/handle.js';
import type { ProcessView } from '../process/views/process-view.js';
import { type Collected, Collector } from './collector.js';
import { feedInput } from './feed-input.js';
import { afterLateOutput } from './late-output.js';
import type { ExecCause, ExecInput } from './result.js';

/** What bounds a run. */
export interface RunOptions {
  readonly client: Pick<Client, 'state' | 'on'>;
  readonly clock: Clock;
  readonly input: ExecInput | undefined;
  readonly timeoutMs: number | undefined;
  readonly killGraceMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** How a run ended. */
export interface RunOutcome {
  readonly exit: Pick<ExitedEvent, 'exitCode' | 'signal' | 'denial'>;
  readonly cause: ExecCause;
  readonly drained: boolean;
  readonly durationMs: number;
  readonly collected: Collected;
}

/**
 * Follows a process that was just spawned to its end: writes its input, collects its output, ends it in time.
 * @throws what its input threw; ExecError when it could not be started or was lost.
 */
export async function runToEnd(process: ProcessHandle, options: RunOptions): Promise<RunOutcome> {
  const run = new Run(process, options);
  try {
    return await run.follow();
  } finally {
    run.release();
  }
}

class Run {
  readonly #process: ProcessHandle;
  readonly #options: RunOptions;
  readonly #view: ProcessView<ProcessEvent>;
  readonly #startedAt: number;
  readonly #collector = new Collector();
  readonly #cleanups: (() => void)[] = [];
  #stopCause: 'timeout' | 'canceled' | undefined;
  #stopping: Promise<void> | undefined;
  #inputFailure: { readonly reason: unknown } | undefined;
  #exited: { readonly event: ExitedEvent; readonly at: number } | undefined;
  #isClosed = false;

  constructor(process: ProcessHandle, options: RunOptions) {
    this.#process = process;
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#view = process.events();
    this.#limit(options);
    if (options.input !== undefined) this.#feed(options.input);
  }

  async follow(): Promise<RunOutcome> {
    for await (const event of this.#view) this.#take(event);
    if (this.#inputFailure !== undefined) throw this.#inputFailure.reason;
    // Whether it was us who ended the process, only the server knows.
    await this.#stopping;
    if (this.#exited === undefined) {
      throw new ExecError('internal', 'the server closed the process without saying how it ended');
    }
    const { event, at } = this.#exited;
    return {
      exit: event,
      cause: this.#stopCause ?? (event.signal === null ? 'exit' : 'signal'),
      drained: this.#isClosed,
      durationMs: at - this.#startedAt,
      collected: this.#collector.finish(),
    };
  }

  release(): void {
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    void this.#view.return();
  }

  #limit({ timeoutMs, signal }: RunOptions): void {
    if (timeoutMs !== undefined) this.#after(timeoutMs, () => this.#stop('timeout'));
    const cancel = (): void => this.#stop('canceled');
    signal?.addEventListener('abort', cancel, { once: true });
    this.#cleanups.push(() => signal?.removeEventListener('abort', cancel));
  }

  #feed(input: ExecInput): void {
    const feed = feedInput(this.#process, input);
    this.#cleanups.push(feed.stop);
    feed.done.catch((reason: unknown) => {
      this.#inputFailure = { reason };
      this.#terminate().catch(() => undefined);
      void this.#view.return();
    });
  }

  #take(event: ProcessEvent): void {
    switch (event.type) {
      case 'output':
        this.#collector.add(event);
        return;
      case 'resized':
        return;
      case 'exited':
        this.#exited = { event, at: this.#options.clock.now() };
        // A descendant may hold the output for as long as it lives.
        this.#drain();
        return;
      case 'closed':
        this.#isClosed = true;
    }
  }

  #drain(): void {
    const { client, clock } = this.#options;
    this.#cleanups.push(afterLateOutput(client, clock, () => void this.#view.return()));
  }

  #stop(cause: 'timeout' | 'canceled'): void {
    if (this.#exited !== undefined || this.#stopCause !== undefined) return;
    this.#stopCause = cause;
    this.#stopping = this.#terminate().then(
      (wasRunning) => {
        if (!wasRunning) this.#stopCause = undefined;
      },
      // The view fails with what went wrong.
      () => undefined,
    );
  }

  #terminate(): Promise<boolean> {
    const { killGraceMs } = this.#options;
    return this.#process.terminate(killGraceMs === undefined ? {} : { graceMs: killGraceMs });
  }

  #after(delayMs: number, run: () => void): void {
    const timer: Timer = this.#options.clock.after(delayMs, run);
    this.#cleanups.push(() => {
      timer.cancel();
    });
  }
}
