import { ExecError, environmentStatus, STEADY_CONNECTION_MS } from '@holdfast/exec-protocol';
import { callListener } from '../call-listener.js';
import type { Timer } from '../clock.js';
import type { Connection, ConnectionEnd, ConnectionHost } from '../connection/connection.js';
import type { Agreement } from '../connection/handshake.js';
import {
  type ConnectionPlan,
  type FailureKind,
  type Opened,
  openConnection,
} from '../connection/open-connection.js';
import { createDeferred } from '../deferred.js';
import {
  nextRecovery,
  RECOVERY_START,
  type RecoveryEffect,
  type RecoveryEvent,
  type RecoveryState,
} from './recovery-state.js';
import type { Resumption } from './resumption.js';
import type { SessionLink } from './session-link.js';
import { SilenceWatch } from './silence-watch.js';
import type { ClientState, RecoveryReport, StateChange, StateListener } from './state-change.js';

/** How a session is held. */
export interface RecoveryPlan extends ConnectionPlan {
  /** How long to try to get the session back; 0 for not at all. */
  readonly recoverTimeoutMs: number;
  /** How long the server may be silent; 0 for as long as it likes. */
  readonly silenceMs: number;
  /** Numbers from 0 to 1, to spread attempts. */
  readonly random: () => number;
}

const NOTHING: Resumption = { replayedEvents: 0, gaps: 0, repeatedRequests: 0, lostProcesses: 0 };

/** Holds one session over however many connections: does what the recovery machine says, and tells it what happens. */
export class RecoveryDriver {
  readonly #plan: RecoveryPlan;
  readonly #link: SessionLink;
  readonly #listeners = new Set<StateListener>();
  readonly #changes: StateChange[] = [];
  readonly #ended = createDeferred<ExecError>();
  #state: RecoveryState = RECOVERY_START.state;
  #agreement: Agreement | undefined;
  #connection: Connection | undefined;
  #attempt: AbortController | undefined;
  #watch: SilenceWatch | undefined;
  #retry: Timer | undefined;
  #tick: Timer | undefined;
  #readyAt = 0;
  #resumption: Resumption = NOTHING;

  constructor(plan: RecoveryPlan, link: SessionLink) {
    this.#plan = plan;
    this.#link = link;
  }

  get state(): ClientState {
    return this.#state.kind;
  }

  /** What was agreed on. @throws ExecError before there is a session. */
  get agreement(): Agreement {
    if (this.#agreement === undefined) throw new ExecError('protocolState', 'the handshake is not over');
    return this.#agreement;
  }

  /** Resolves with the reason when the session is lost for good. */
  get failed(): Promise<ExecError> {
    return this.#ended.promise;
  }

  /** Calls `listener` at each change of the state. @returns a function that stops it. */
  listen(listener: StateListener): () => void {
    const own: StateListener = (change) => {
      listener(change);
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Makes the first connection. @throws what it failed with; the reason of `signal`. */
  async open(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const opening = this.#connect(1);
    const abort = (): void => {
      this.#attempt?.abort(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const failure = await opening;
    signal?.removeEventListener('abort', abort);
    if (failure !== undefined) throw failure.error;
  }

  /** Ends the session here: nothing is tried any more. @returns the connection that is still there. */
  close(): Connection | undefined {
    const connection = this.#connection;
    this.#leave();
    this.#handle({ type: 'close' });
    return connection;
  }

  #handle(event: RecoveryEvent): void {
    const before = this.#state;
    const { clock, random, recoverTimeoutMs } = this.#plan;
    const facts = { now: clock.now(), random: random(), recoverTimeoutMs };
    const { state, effects } = nextRecovery(before, event, facts);
    this.#state = state;
    for (const effect of effects) this.#run(effect);
    if (state.kind !== before.kind) this.#announce(before, state, event);
  }

  #run(effect: RecoveryEffect): void {
    const { clock } = this.#plan;
    switch (effect.type) {
      case 'attempt':
        void this.#connect(effect.generation);
        return;
      case 'abandon':
        this.#attempt?.abort(new ExecError('connectionLost', 'the attempt was given up'));
        return;
      case 'retryAfter':
        this.#retry = clock.after(effect.delayMs, () => this.#handle({ type: 'retryDue' }));
        return;
      case 'tickAfter':
        this.#tick = clock.after(effect.delayMs, () => this.#handle({ type: 'tick' }));
        return;
      case 'stopTimers':
        this.#retry?.cancel();
        this.#tick?.cancel();
        return;
      case 'fail':
        this.#connection?.sever('the session is lost');
        this.#leave();
        this.#link.end(effect.error, { isLost: true });
        this.#ended.resolve(effect.error);
    }
  }

  /** Makes one connection and goes on over it. @returns why there is none. */
  async #connect(generation: number): Promise<{ readonly error: unknown } | undefined> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    const { signal } = attempt;
    const opened = await openConnection(this.#plan, this.#hostOf(generation), this.#agreement, signal);
    const failure = failureOf(opened, signal);
    if (failure === undefined) {
      if (opened.ok) await this.#use(opened, generation);
      return undefined;
    }
    const { kind, error } = failure;
    this.#handle({ type: 'attemptFailed', generation, failure: kind, error: asExecError(error) });
    return { error };
  }

  async #use({ connection, agreement }: Opened & { readonly ok: true }, generation: number): Promise<void> {
    this.#connection = connection;
    this.#watchSilence(connection);
    this.#handle({ type: 'attached', generation });
    if (this.#agreement === undefined) {
      this.#agreement = agreement;
      this.#link.start(connection, agreement);
      this.#becomeWhole(generation, NOTHING);
      return;
    }
    try {
      this.#becomeWhole(generation, await this.#link.resume(connection));
    } catch (error) {
      if (connection.isOver) return;
      this.#handle({ type: 'attemptFailed', generation, failure: 'final', error: asExecError(error) });
    }
  }

  #becomeWhole(generation: number, resumption: Resumption): void {
    this.#resumption = resumption;
    this.#readyAt = this.#plan.clock.now();
    this.#handle({ type: 'whole', generation });
  }

  #hostOf(generation: number): ConnectionHost {
    return {
      nextId: () => this.#link.nextId(),
      maxMessageBytes: () => this.#link.maxMessageBytes,
      onNotification: (method, params) => {
        this.#link.deliver(method, params);
      },
      onPolicyRequest: (params) => this.#link.answerPolicy(params),
      extensions: () => this.#link.extensions,
      onSignOfLife: () => {
        this.#watch?.heard();
      },
      onEnd: (end) => {
        // Before it is in use, its end is the failure of an attempt.
        if (this.#connection !== undefined && this.#generation === generation) this.#lose(generation, end);
      },
    };
  }

  #lose(generation: number, end: ConnectionEnd): void {
    const hasLivedMs = this.#plan.clock.now() - this.#readyAt;
    const isSteady = this.#state.kind === 'ready' && hasLivedMs >= STEADY_CONNECTION_MS;
    this.#leave();
    const isRefused = this.#link.suspend(end);
    const wasUseful = isSteady || this.#link.hasProgress;
    this.#handle({ type: 'lost', generation, error: end.error, wasUseful, isRefused });
  }

  #leave(): void {
    this.#watch?.stop();
    this.#watch = undefined;
    this.#connection = undefined;
  }

  get #generation(): number | undefined {
    return 'generation' in this.#state ? this.#state.generation : undefined;
  }

  #watchSilence(connection: Connection): void {
    const { clock, silenceMs } = this.#plan;
    if (silenceMs === 0) return;
    this.#watch = new SilenceWatch({
      clock,
      silenceMs,
      ping: () => {
        // Any answer shows that the other side lives; the end of the connection shows elsewhere.
        if (!connection.ping()) connection.request(environmentStatus, {}).catch(() => undefined);
      },
      onSilent: () => {
        connection.sever(`nothing was heard of the server for ${silenceMs} ms`);
      },
    });
  }

  #announce(before: RecoveryState, after: RecoveryState, event: RecoveryEvent): void {
    const cause = after.kind === 'failed' ? after.error : event.type === 'lost' ? event.error : undefined;
    const change: StateChange = {
      state: after.kind,
      previous: before.kind,
      ...(cause === undefined ? {} : { cause }),
      ...(before.kind === 'recovering' ? { recovery: this.#report(before, after) } : {}),
    };
    this.#changes.push(change);
    // A listener may cause the next change; whoever else listens hears of both in order.
    if (this.#changes.length > 1) return;
    for (let next = this.#changes[0]; next !== undefined; next = this.#changes[0]) {
      for (const listener of [...this.#listeners]) callListener(listener, next);
      this.#changes.shift();
    }
  }

  #report(
    { attempts, lostAt }: RecoveryState & { readonly kind: 'recovering' },
    after: RecoveryState,
  ): RecoveryReport {
    const resumption = after.kind === 'ready' ? this.#resumption : NOTHING;
    return { attempts, durationMs: this.#plan.clock.now() - lostAt, ...resumption };
  }
}

/** Why what was opened is of no use. */
function failureOf(
  opened: Opened,
  signal: AbortSignal,
): { readonly kind: FailureKind; readonly error: unknown } | undefined {
  if (!opened.ok) return opened;
  const { connection } = opened;
  if (signal.aborted) {
    connection.sever('the attempt was given up');
    return { kind: 'transient', error: signal.reason };
  }
  return connection.end === undefined ? undefined : { kind: 'transient', error: connection.end.error };
}

function asExecError(error: unknown): ExecError {
  if (error instanceof ExecError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ExecError('connectFailed', message, { cause: error });
}
