import { ExecError, MAX_FRUITLESS_RESUMES, MAX_REFUSED_CONNECTIONS } from '@holdfast/exec-protocol';
import type { FailureKind } from '../connection/open-connection.js';
import { backoffMs, busyRetryMs } from './backoff.js';

/** What recent connections were like; cleared by one that works. */
interface History {
  /** Attempts in a row that failed, resumed connections that came to nothing included. */
  readonly failures: number;
  /** Resumed connections in a row that came to nothing. */
  readonly fruitless: number;
  /** Connections in a row that one side ended because it could not understand the other. */
  readonly refused: number;
}

/** A session without a working connection. */
interface Recovering {
  readonly kind: 'recovering';
  /** The number of the connection that is being made, or was last. */
  readonly generation: number;
  /** Waiting to try, trying, or connected and about to be whole again. */
  readonly phase: 'waiting' | 'attempting' | 'attached';
  readonly lostAt: number;
  /** Ticks until the session is given up; none are counted while the server has said that it is there. */
  readonly ticksLeft: number | undefined;
  /** Connections that were tried. */
  readonly attempts: number;
  readonly history: History;
  readonly lastError: ExecError;
}

/** The connection of a session. Generations number its connections from 1. */
export type RecoveryState =
  | { readonly kind: 'connecting'; readonly generation: 1 }
  | { readonly kind: 'ready'; readonly generation: number; readonly history: History }
  | Recovering
  | { readonly kind: 'failed'; readonly error: ExecError }
  | { readonly kind: 'closed' };

/** What happens to it. Events of a connection that has been replaced change nothing. */
export type RecoveryEvent =
  /** The server has answered `initialize`. */
  | { readonly type: 'attached'; readonly generation: number }
  /** All processes are whole again. */
  | { readonly type: 'whole'; readonly generation: number }
  /** No connection could be made. */
  | {
      readonly type: 'attemptFailed';
      readonly generation: number;
      readonly failure: FailureKind;
      readonly error: ExecError;
    }
  /** A connection has ended. */
  | {
      readonly type: 'lost';
      readonly generation: number;
      readonly error: ExecError;
      /** It has brought something, or lived for long. */
      readonly wasUseful: boolean;
      /** One side could not understand the other, and no request is to blame. */
      readonly isRefused: boolean;
    }
  | { readonly type: 'retryDue' }
  | { readonly type: 'tick' }
  | { readonly type: 'close' };

/** What is to be done about it. */
export type RecoveryEffect =
  /** Make a connection. */
  | { readonly type: 'attempt'; readonly generation: number }
  /** End the connection that there is, or the attempt to make one. */
  | { readonly type: 'abandon' }
  | { readonly type: 'retryAfter'; readonly delayMs: number }
  | { readonly type: 'tickAfter'; readonly delayMs: number }
  /** Nothing is to be waited for any more. */
  | { readonly type: 'stopTimers' }
  /** The session is lost; fail everything that waits. */
  | { readonly type: 'fail'; readonly error: ExecError };

/** What a step depends on beside state and event. */
export interface RecoveryFacts {
  readonly now: number;
  /** From 0 to 1. */
  readonly random: number;
  /** How long to try; 0 for not at all. */
  readonly recoverTimeoutMs: number;
}

/** A state and what is to be done on entering it. */
export interface RecoveryStep {
  readonly state: RecoveryState;
  readonly effects: readonly RecoveryEffect[];
}

/** Where every session begins. */
export const RECOVERY_START: RecoveryStep = {
  state: { kind: 'connecting', generation: 1 },
  effects: [{ type: 'attempt', generation: 1 }],
};

/**
 * Ticks for which a session is tried to be got back. Ticks are counted and not time: after a program has been blocked or its
 * machine asleep, there is one late tick, and the server is asked before the next.
 */
const TICKS_TO_GIVE_UP = 10;

const CLEAN: History = { failures: 0, fruitless: 0, refused: 0 };

/** The step after an event. */
export function nextRecovery(state: RecoveryState, event: RecoveryEvent, facts: RecoveryFacts): RecoveryStep {
  if ('generation' in event && 'generation' in state && event.generation !== state.generation) {
    return stay(state);
  }
  switch (state.kind) {
    case 'connecting':
      return whileConnecting(state, event);
    case 'ready':
      return whileReady(state, event, facts);
    case 'recovering':
      return whileRecovering(state, event, facts);
    case 'failed':
    case 'closed':
      return stay(state);
  }
}

function whileConnecting(
  state: RecoveryState & { readonly kind: 'connecting' },
  event: RecoveryEvent,
): RecoveryStep {
  switch (event.type) {
    case 'whole':
      return stay({ kind: 'ready', generation: 1, history: CLEAN });
    case 'attemptFailed':
    case 'lost':
      return fail(event.error);
    case 'close':
      return { state: { kind: 'closed' }, effects: [{ type: 'abandon' }] };
    case 'attached':
    case 'retryDue':
    case 'tick':
      return stay(state);
  }
}

function whileReady(
  state: RecoveryState & { readonly kind: 'ready' },
  event: RecoveryEvent,
  facts: RecoveryFacts,
): RecoveryStep {
  switch (event.type) {
    case 'lost':
      return lose(state.generation, state.history, event, { attempts: 0, lostAt: facts.now }, facts);
    case 'close':
      return stay({ kind: 'closed' });
    case 'attached':
    case 'whole':
    case 'attemptFailed':
    case 'retryDue':
    case 'tick':
      return stay(state);
  }
}

function whileRecovering(state: Recovering, event: RecoveryEvent, facts: RecoveryFacts): RecoveryStep {
  switch (event.type) {
    case 'attached':
      return state.phase === 'attempting' ? attach(state) : stay(state);
    case 'whole':
      return state.phase === 'attached' ? becomeReady(state) : stay(state);
    case 'attemptFailed':
      return attemptFailed(state, event, facts.random);
    case 'lost':
      // Until the server has answered, the end of a connection is a failed attempt, and is told as one.
      return state.phase === 'attached'
        ? lose(state.generation, state.history, event, state, facts)
        : stay(state);
    case 'retryDue':
      return state.phase === 'waiting' ? attempt(state) : stay(state);
    case 'tick':
      return tick(state, facts);
    case 'close':
      return { state: { kind: 'closed' }, effects: [{ type: 'abandon' }, { type: 'stopTimers' }] };
  }
}

// While the server says that the session is there, there is no hurry.
function attach(state: Recovering): RecoveryStep {
  return { state: { ...state, phase: 'attached', ticksLeft: undefined }, effects: [{ type: 'stopTimers' }] };
}

function becomeReady({ generation, history }: Recovering): RecoveryStep {
  return stay({ kind: 'ready', generation, history });
}

function tick(state: Recovering, { recoverTimeoutMs }: RecoveryFacts): RecoveryStep {
  if (state.ticksLeft === undefined) return stay(state);
  const ticksLeft = state.ticksLeft - 1;
  if (ticksLeft > 0) return { state: { ...state, ticksLeft }, effects: [tickAfter(recoverTimeoutMs)] };
  return fail(outOfTime(state.lastError, recoverTimeoutMs), { type: 'abandon' }, { type: 'stopTimers' });
}

function tickAfter(recoverTimeoutMs: number): RecoveryEffect {
  return { type: 'tickAfter', delayMs: recoverTimeoutMs / TICKS_TO_GIVE_UP };
}

function attemptFailed(
  state: Recovering,
  { failure, error }: RecoveryEvent & { readonly type: 'attemptFailed' },
  random: number,
): RecoveryStep {
  if (state.phase === 'waiting') return stay(state);
  if (failure === 'final') return fail(notResumed(error), { type: 'stopTimers' });
  // The server has answered: only its refusal to go on fails the attempt now.
  if (state.phase === 'attached') return stay(state);
  const failures = state.history.failures + (failure === 'busy' ? 0 : 1);
  const delayMs = failure === 'busy' ? busyRetryMs(random) : backoffMs(failures, random);
  return {
    state: { ...state, phase: 'waiting', lastError: error, history: { ...state.history, failures } },
    effects: [{ type: 'retryAfter', delayMs }],
  };
}

/** A connection that had the session is lost. The first attempt to get another one is made at once if it was of use. */
function lose(
  generation: number,
  history: History,
  { error, wasUseful, isRefused }: RecoveryEvent & { readonly type: 'lost' },
  { attempts, lostAt }: { readonly attempts: number; readonly lostAt: number },
  { random, recoverTimeoutMs }: RecoveryFacts,
): RecoveryStep {
  // The first connection made the session, whatever else it was good for.
  const isFruitless = !wasUseful && generation > 1;
  const next = {
    failures: isFruitless ? history.failures + 1 : 0,
    fruitless: isFruitless ? history.fruitless + 1 : 0,
    refused: isRefused ? history.refused + 1 : 0,
  };
  if (recoverTimeoutMs === 0) return fail(error);
  if (next.refused >= MAX_REFUSED_CONNECTIONS || next.fruitless >= MAX_FRUITLESS_RESUMES) {
    return fail(notResumed(error));
  }
  const state: Recovering = {
    kind: 'recovering',
    generation,
    phase: 'waiting',
    lostAt,
    ticksLeft: TICKS_TO_GIVE_UP,
    attempts,
    history: next,
    lastError: error,
  };
  const firstTick = tickAfter(recoverTimeoutMs);
  if (next.failures > 0) {
    return { state, effects: [firstTick, { type: 'retryAfter', delayMs: backoffMs(next.failures, random) }] };
  }
  const { state: attempting, effects } = attempt(state);
  return { state: attempting, effects: [firstTick, ...effects] };
}

function attempt(state: Recovering): RecoveryStep {
  const generation = state.generation + 1;
  return {
    state: { ...state, phase: 'attempting', generation, attempts: state.attempts + 1 },
    effects: [{ type: 'attempt', generation }],
  };
}

function stay(state: RecoveryState): RecoveryStep {
  return { state, effects: [] };
}

function fail(error: ExecError, ...before: readonly RecoveryEffect[]): RecoveryStep {
  return { state: { kind: 'failed', error }, effects: [...before, { type: 'fail', error }] };
}

function notResumed(error: ExecError): ExecError {
  return new ExecError('connectionLost', `the session could not be resumed: ${error.message}`, {
    cause: error,
  });
}

function outOfTime(error: ExecError, recoverTimeoutMs: number): ExecError {
  const message = `the session could not be resumed within ${recoverTimeoutMs} ms: ${error.message}`;
  return new ExecError('connectionLost', message, { cause: error });
}
