import { setMaxListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import {
  ExecError,
  MAX_PLANS_AT_ONCE,
  MAX_PLANS_BEGUN,
  MAX_PLANS_PER_SESSION,
  MAX_WAITING_PLANS,
} from '@holdfast/exec-protocol';
import { SetUp } from '@holdfast/sandbox';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Party } from '../../fair-places.js';
import { PlanTurns } from './plan-turns.js';

let turns: PlanTurns;
let setUp: SetUp;
/** Ends the plans that are under way, by the session that wants them. */
let underWay: { readonly session: string; readonly end: () => void }[];

beforeEach(() => {
  turns = new PlanTurns();
  setUp = new SetUp();
  setMaxListeners(0, setUp.signal);
  underWay = [];
});

afterEach(() => {
  setUp.end();
});

/** Lets all begin or go on that can. */
async function settle(): Promise<void> {
  for (let at = 0; at < 3 * MAX_PLANS_AT_ONCE; at += 1) await turn();
}

/** A session of the only principal, or of the one that is named before a slash. */
function partyOf(name: string): Party {
  const [principal = '', session = ''] = name.includes('/') ? name.split('/') : ['everybody', name];
  return { principal, session };
}

function plan(session: string, within = setUp): Promise<string> {
  return turns.take(
    partyOf(session),
    within,
    () =>
      new Promise((resolve) => {
        const end = (): void => {
          resolve('planned');
        };
        underWay.push({ session, end });
      }),
  );
}

function planMany(session: string, count: number): readonly Promise<string>[] {
  return Array.from({ length: count }, () => plan(session));
}

function sessions(): readonly string[] {
  return underWay.map(({ session }) => session);
}

/** Ends plans until none is left. */
async function endAll(): Promise<void> {
  await settle();
  while (underWay.length > 0) {
    underWay.shift()?.end();
    await settle();
  }
}

test('so many sandboxes of one session are planned at a time, and of all sessions', async () => {
  const flood = planMany('flood', 100);
  await settle();
  expect(underWay).toHaveLength(MAX_PLANS_PER_SESSION);
  const others = ['a', 'b', 'c', 'd'].flatMap((name) => planMany(name, MAX_PLANS_PER_SESSION));
  await settle();
  expect(underWay).toHaveLength(MAX_PLANS_AT_ONCE);
  await endAll();
  expect(new Set(await Promise.all([...flood, ...others]))).toEqual(new Set(['planned']));
});

test('who asks for one is next, however many others wait', async () => {
  const floods = ['a', 'b', 'c', 'd'].flatMap((name) => planMany(name, 50));
  const one = plan('one');
  await settle();
  expect(sessions()).not.toContain('one');
  underWay.shift()?.end();
  await settle();
  expect(sessions().at(-1)).toBe('one');
  await endAll();
  await Promise.all([...floods, one]);
});

test('who is another principal is next, however many sessions wait that another one has', async () => {
  const crowd = Array.from({ length: 60 }, (_, at) => planMany(`crowd/${String(at)}`, 4)).flat();
  await settle();
  const one = ['a', 'b', 'a'].map((session) => plan(`other/${session}`));
  await settle();
  expect(new Set(underWay.map(({ session }) => session.split('/')[0]))).toEqual(new Set(['crowd']));
  for (let at = 0; at < 5; at += 1) {
    underWay.shift()?.end();
    await settle();
  }
  expect(sessions().slice(-5)).toEqual(['other/a', 'other/b', 'other/a', 'crowd/4', 'crowd/5']);
  await endAll();
  expect(new Set(await Promise.all([...crowd, ...one]))).toEqual(new Set(['planned']));
});

/** A plan that looks through directories until `found`, and is planned after that. */
function planAfterLook(session: string, found: Promise<void>): Promise<string> {
  return turns.take(partyOf(session), setUp, async (aside) => {
    await aside(() => found);
    return await new Promise((resolve) => {
      underWay.push({ session, end: () => resolve('planned') });
    });
  });
}

test('while others look through directories one that looks at nothing is planned, and then they wait for their turn', async () => {
  let found = (): void => undefined;
  const look = new Promise<void>((resolve) => {
    found = resolve;
  });
  const looking = Array.from({ length: MAX_PLANS_BEGUN - MAX_PLANS_AT_ONCE }, (_, at) =>
    planAfterLook(String(at), look),
  );
  const plain = Array.from({ length: MAX_PLANS_AT_ONCE }, (_, at) => plan(`plain ${at}`));
  const late = plan('late');
  await vi.waitFor(() =>
    expect(sessions()).toEqual(Array.from({ length: MAX_PLANS_AT_ONCE }, (_, at) => `plain ${at}`)),
  );
  found();
  await settle();
  expect(underWay).toHaveLength(MAX_PLANS_AT_ONCE);
  await endAll();
  expect(new Set(await Promise.all([...looking, ...plain, late]))).toEqual(new Set(['planned']));
});

test('who has none begun is planned, however many look through directories, and its second one when a look ends', async () => {
  let found = (): void => undefined;
  const look = new Promise<void>((resolve) => {
    found = resolve;
  });
  const looking = Array.from({ length: MAX_PLANS_BEGUN }, (_, at) =>
    planAfterLook(String(at % (MAX_PLANS_BEGUN / MAX_PLANS_PER_SESSION)), look),
  );
  const plain = planMany('plain', 2);
  await vi.waitFor(() => expect(sessions()).toEqual(['plain']));
  await settle();
  expect(sessions()).toEqual(['plain']);
  found();
  await endAll();
  expect(new Set(await Promise.all([...looking, ...plain]))).toEqual(new Set(['planned']));
});

test('who only waited is told so', async () => {
  const others = Array.from({ length: MAX_PLANS_BEGUN }, (_, at) => plan(String(at)));
  const short = new SetUp({ limitMs: 1 });
  await expect(plan('one', short)).rejects.toEqual(
    new ExecError(
      'limitExceeded',
      'sandbox: it was not set up within 30 s (SANDBOX_START_MS) and gave up waiting for its plan; many others are planned here now: try again, and ask for fewer at once where they are yours',
    ),
  );
  await settle();
  await endAll();
  await Promise.all(others);
});

test('others have the event loop before a plan begins', async () => {
  const waiting = plan('one');
  expect(underWay).toEqual([]);
  await settle();
  expect(sessions()).toEqual(['one']);
  await endAll();
  await waiting;
});

test('what comes in while one is planned is answered before the next one is, or the same goes on after a look', async () => {
  const order: string[] = [];
  const keepLoop = (name: string): void => {
    order.push(name);
    // It is read, and answered in the turn after that.
    void turn()
      .then(() => turn())
      .then(() => order.push('an answer'));
  };
  const two = turns.take(partyOf('one'), setUp, async (aside) => {
    keepLoop('a');
    await aside(() => Promise.resolve());
    keepLoop('a, after its look');
  });
  const one = turns.take(partyOf('other'), setUp, () => {
    keepLoop('b');
    return Promise.resolve();
  });
  await Promise.all([two, one]);
  expect(order).toEqual(['a', 'an answer', 'b', 'an answer', 'a, after its look']);
});

test('a plan that fails makes room, and one that is called off begins never', async () => {
  const failing = Array.from({ length: MAX_PLANS_PER_SESSION }, () =>
    turns.take(partyOf('one'), setUp, () => Promise.reject(new Error('it failed'))).catch(String),
  );
  const caller = new AbortController();
  const calledOff = new SetUp({ calledOffBy: [caller.signal] });
  const waiting = plan('one', calledOff);
  caller.abort(new Error('nobody wants it'));
  await expect(waiting).rejects.toThrow('nobody wants it');
  await expect(plan('one', calledOff)).rejects.toThrow('nobody wants it');
  calledOff.end();
  const last = plan('one');
  expect(new Set(await Promise.all(failing))).toEqual(new Set(['Error: it failed']));
  await endAll();
  expect(await last).toBe('planned');
});

test('so many of a session may wait, and one more is refused, but not that of another one', async () => {
  const flood = planMany('flood', MAX_PLANS_PER_SESSION + MAX_WAITING_PLANS);
  await expect(plan('flood')).rejects.toEqual(
    new ExecError(
      'limitExceeded',
      `${MAX_WAITING_PLANS} sandboxes of this session wait until they can be planned (MAX_WAITING_PLANS); wait for answers first`,
    ),
  );
  const other = plan('other');
  await endAll();
  expect(new Set(await Promise.all([...flood, other]))).toEqual(new Set(['planned']));
});
