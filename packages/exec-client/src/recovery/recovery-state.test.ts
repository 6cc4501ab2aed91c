import { ExecError, MAX_FRUITLESS_RESUMES, MAX_REFUSED_CONNECTIONS } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import {
  nextRecovery,
  RECOVERY_START,
  type RecoveryEvent,
  type RecoveryFacts,
  type RecoveryState,
  type RecoveryStep,
} from './recovery-state.js';

const FACTS: RecoveryFacts = { now: 10_000, random: 1, recoverTimeoutMs: 45_000 };
const CUT = new ExecError('connectionLost', 'cut');
const NEWS = new ExecError('connectFailed', 'no route');
const CLEAN = { failures: 0, fruitless: 0, refused: 0 };
const BAD = { failures: 3, fruitless: 2, refused: 1 };

const recovering = {
  kind: 'recovering',
  generation: 4,
  lostAt: 1_000,
  ticksLeft: 3,
  attempts: 2,
  history: BAD,
  lastError: CUT,
} as const;

const STATES = {
  connecting: { kind: 'connecting', generation: 1 },
  ready: { kind: 'ready', generation: 4, history: BAD },
  waiting: { ...recovering, phase: 'waiting' },
  attempting: { ...recovering, phase: 'attempting' },
  attached: { ...recovering, phase: 'attached', ticksLeft: undefined },
  failed: { kind: 'failed', error: CUT },
  closed: { kind: 'closed' },
} as const satisfies Record<string, RecoveryState>;

type StateName = keyof typeof STATES;

function eventsOf(generation: number) {
  const attemptFailed = { type: 'attemptFailed', generation, error: NEWS } as const;
  const lost = { type: 'lost', generation, error: NEWS, wasUseful: true, isRefused: false } as const;
  return {
    attached: { type: 'attached', generation },
    whole: { type: 'whole', generation },
    failedForNow: { ...attemptFailed, failure: 'transient' },
    failedBusy: { ...attemptFailed, failure: 'busy' },
    failedForGood: { ...attemptFailed, failure: 'final' },
    lost,
    lostInVain: { ...lost, wasUseful: false },
    lostRefused: { ...lost, isRefused: true },
    retryDue: { type: 'retryDue' },
    tick: { type: 'tick' },
    close: { type: 'close' },
  } as const satisfies Record<string, RecoveryEvent>;
}

type EventName = keyof ReturnType<typeof eventsOf>;

function notResumed(why = ''): ExecError {
  return new ExecError('connectionLost', `the session could not be resumed${why}: no route`, { cause: NEWS });
}

const failedWithNews: RecoveryStep = {
  state: { kind: 'failed', error: NEWS },
  effects: [{ type: 'fail', error: NEWS }],
};
const closedWithTimers: RecoveryStep = {
  state: STATES.closed,
  effects: [{ type: 'abandon' }, { type: 'stopTimers' }],
};
const notResumedStep: RecoveryStep = {
  state: { kind: 'failed', error: notResumed() },
  effects: [{ type: 'fail', error: notResumed() }],
};
const tickAfter = { type: 'tickAfter', delayMs: 4_500 } as const;

/** The first attempt of a recovery, made at once. */
const firstAttempt = {
  kind: 'recovering',
  phase: 'attempting',
  generation: 5,
  lostAt: 10_000,
  ticksLeft: 10,
  attempts: 1,
  history: CLEAN,
  lastError: NEWS,
} as const satisfies RecoveryState;
const attemptAtOnce: RecoveryStep['effects'] = [tickAfter, { type: 'attempt', generation: 5 }];
const inVain = { ...firstAttempt, phase: 'waiting', generation: 4, attempts: 0 } as const;

const SAME = 'same';

const TABLE: Record<StateName, Record<EventName, RecoveryStep | typeof SAME>> = {
  connecting: {
    attached: SAME,
    whole: { state: { kind: 'ready', generation: 1, history: CLEAN }, effects: [] },
    failedForNow: failedWithNews,
    failedBusy: failedWithNews,
    failedForGood: failedWithNews,
    lost: failedWithNews,
    lostInVain: failedWithNews,
    lostRefused: failedWithNews,
    retryDue: SAME,
    tick: SAME,
    close: { state: STATES.closed, effects: [{ type: 'abandon' }] },
  },
  ready: {
    attached: SAME,
    whole: SAME,
    failedForNow: SAME,
    failedBusy: SAME,
    failedForGood: SAME,
    lost: { state: firstAttempt, effects: attemptAtOnce },
    lostInVain: {
      state: { ...inVain, history: { failures: 4, fruitless: 3, refused: 0 } },
      effects: [tickAfter, { type: 'retryAfter', delayMs: 800 }],
    },
    lostRefused: { state: { ...firstAttempt, history: { ...CLEAN, refused: 2 } }, effects: attemptAtOnce },
    retryDue: SAME,
    tick: SAME,
    close: { state: STATES.closed, effects: [] },
  },
  waiting: {
    attached: SAME,
    whole: SAME,
    failedForNow: SAME,
    failedBusy: SAME,
    failedForGood: SAME,
    lost: SAME,
    lostInVain: SAME,
    lostRefused: SAME,
    retryDue: {
      state: { ...STATES.waiting, phase: 'attempting', generation: 5, attempts: 3 },
      effects: [{ type: 'attempt', generation: 5 }],
    },
    tick: { state: { ...STATES.waiting, ticksLeft: 2 }, effects: [tickAfter] },
    close: closedWithTimers,
  },
  attempting: {
    attached: {
      state: { ...STATES.attempting, phase: 'attached', ticksLeft: undefined },
      effects: [{ type: 'stopTimers' }],
    },
    whole: SAME,
    failedForNow: {
      state: { ...STATES.attempting, phase: 'waiting', lastError: NEWS, history: { ...BAD, failures: 4 } },
      effects: [{ type: 'retryAfter', delayMs: 800 }],
    },
    failedBusy: {
      state: { ...STATES.attempting, phase: 'waiting', lastError: NEWS },
      effects: [{ type: 'retryAfter', delayMs: 250 }],
    },
    failedForGood: { ...notResumedStep, effects: [{ type: 'stopTimers' }, ...notResumedStep.effects] },
    lost: SAME,
    lostInVain: SAME,
    lostRefused: SAME,
    retryDue: SAME,
    tick: { state: { ...STATES.attempting, ticksLeft: 2 }, effects: [tickAfter] },
    close: closedWithTimers,
  },
  attached: {
    attached: SAME,
    whole: { state: STATES.ready, effects: [] },
    failedForNow: SAME,
    failedBusy: SAME,
    failedForGood: { ...notResumedStep, effects: [{ type: 'stopTimers' }, ...notResumedStep.effects] },
    lost: { state: { ...firstAttempt, lostAt: 1_000, attempts: 3 }, effects: attemptAtOnce },
    lostInVain: {
      state: { ...inVain, lostAt: 1_000, attempts: 2, history: { failures: 4, fruitless: 3, refused: 0 } },
      effects: [tickAfter, { type: 'retryAfter', delayMs: 800 }],
    },
    lostRefused: {
      state: { ...firstAttempt, lostAt: 1_000, attempts: 3, history: { ...CLEAN, refused: 2 } },
      effects: attemptAtOnce,
    },
    retryDue: SAME,
    tick: SAME,
    close: closedWithTimers,
  },
  failed: allSame(),
  closed: allSame(),
};

function outOfTime(): RecoveryStep {
  const message = 'the session could not be resumed within 45000 ms: cut';
  const error = new ExecError('connectionLost', message, { cause: CUT });
  return {
    state: { kind: 'failed', error },
    effects: [{ type: 'abandon' }, { type: 'stopTimers' }, { type: 'fail', error }],
  };
}

function allSame(): Record<EventName, typeof SAME> {
  const names = Object.keys(eventsOf(1)) as EventName[];
  return Object.fromEntries(names.map((name) => [name, SAME])) as Record<EventName, typeof SAME>;
}

/** A step with its errors as plain values, so that their causes are compared too. */
function plain(step: RecoveryStep): unknown {
  return JSON.parse(
    JSON.stringify(step, (_key, value: unknown) =>
      value instanceof Error ? { text: String(value), cause: value.cause } : value,
    ),
  ) as unknown;
}

describe.each(Object.keys(TABLE) as StateName[])('%s', (stateName) => {
  const state: RecoveryState = STATES[stateName];
  const generation = 'generation' in state ? state.generation : 4;

  test.each(Object.keys(TABLE[stateName]) as EventName[])('%s', (eventName) => {
    const expected = TABLE[stateName][eventName];
    const step = nextRecovery(state, eventsOf(generation)[eventName], FACTS);
    expect(plain(step)).toEqual(plain(expected === SAME ? { state, effects: [] } : expected));
  });

  test('what a connection of another generation does changes nothing', () => {
    for (const other of [generation - 1, generation + 1]) {
      for (const event of Object.values(eventsOf(other)).filter((one) => 'generation' in one)) {
        expect(nextRecovery(state, event, FACTS)).toEqual({ state, effects: [] });
      }
    }
  });
});

test('a session begins with an attempt', () => {
  expect(RECOVERY_START).toEqual({ state: STATES.connecting, effects: [{ type: 'attempt', generation: 1 }] });
});

test('without recovery a lost connection is a lost session, with its own error', () => {
  const step = nextRecovery(STATES.ready, eventsOf(4).lost, { ...FACTS, recoverTimeoutMs: 0 });
  expect(step).toEqual(failedWithNews);
});

test('the first connection is of use however short it was', () => {
  const state: RecoveryState = { kind: 'ready', generation: 1, history: CLEAN };
  const { effects } = nextRecovery(state, eventsOf(1).lostInVain, FACTS);
  expect(effects).toEqual([tickAfter, { type: 'attempt', generation: 2 }]);
});

test.each(['waiting', 'attempting'] as const)('the last tick of a session that is %s ends it', (name) => {
  const step = nextRecovery({ ...STATES[name], ticksLeft: 1 }, { type: 'tick' }, FACTS);
  expect(plain(step)).toEqual(plain(outOfTime()));
});

test.each([
  ['that come to nothing', eventsOf(4).lostInVain, { ...BAD, fruitless: MAX_FRUITLESS_RESUMES - 1 }],
  ['that are refused', eventsOf(4).lostRefused, { ...BAD, refused: MAX_REFUSED_CONNECTIONS - 1 }],
] as const)('connections %s are not made for ever', (_, event, history) => {
  const step = nextRecovery({ ...STATES.ready, history }, event, FACTS);
  expect(plain(step)).toEqual(plain(notResumedStep));
});
