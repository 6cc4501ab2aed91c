import {
  ExecError,
  MAX_FILE_HELPERS,
  MAX_FILE_HELPERS_PER_SESSION,
  MAX_FILE_HELPERS_WITH_FILES,
  MAX_FIRST_FILE_HELPERS,
  MAX_WAITING_FILE_REQUESTS,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { Party } from '../../../fair-places.js';
import { type HelperPlace, HelperPlaces, type HelperUse } from './helper-places.js';

const NEVER = new AbortController().signal;

/** A session of the only principal. */
function partyOf(session: string): Party {
  return { principal: 'everybody', session };
}

/** Takes so many places for a session; as many as it gets. */
function takeAll(
  places: HelperPlaces,
  session: string,
  atMost = MAX_FILE_HELPERS,
  use: HelperUse = 'requests',
): readonly HelperPlace[] {
  return Array.from({ length: atMost }, () => places.take(partyOf(session), use)).filter(
    (place) => place !== undefined,
  );
}

/** Has sessions that use none take all places that there are for such. */
function takeFirsts(places: HelperPlaces): readonly HelperPlace[] {
  return Array.from({ length: MAX_FIRST_FILE_HELPERS }, (_, at) =>
    takeAll(places, `first ${String(at)}`),
  ).flat();
}

test('a session gets its share and no more, and others find theirs', () => {
  const places = new HelperPlaces();
  const [one, other, third] = ['one', 'other', 'third'] as const;
  expect([one, other, third].map((session) => takeAll(places, session).length)).toEqual([
    MAX_FILE_HELPERS_PER_SESSION,
    MAX_FILE_HELPERS - MAX_FILE_HELPERS_PER_SESSION,
    1,
  ]);
});

test('who has none gets one though others keep all for ever, until so many have got one', async () => {
  const places = new HelperPlaces();
  const [busy, also] = ['busy', 'also'] as const;
  const [one] = [...takeAll(places, busy), ...takeAll(places, also)];
  const firsts = takeFirsts(places);
  expect([firsts.length, takeAll(places, 'late').length]).toEqual([MAX_FIRST_FILE_HELPERS, 0]);
  const late = places.wait(partyOf('late'), 'requests', NEVER);
  one?.leave();
  (await late).leave();
  firsts[0]?.leave();
  expect([busy, also, 'first 1', 'late', 'later'].map((name) => takeAll(places, name).length)).toEqual([
    0, 0, 0, 1, 1,
  ]);
});

test('a place that is left goes to the session with the fewest, and in turn among those', async () => {
  const places = new HelperPlaces();
  const [busy, also, first, second] = ['busy', 'also', 'first', 'second'] as const;
  const shared = [...takeAll(places, also), ...takeAll(places, busy)];
  const taken = [...takeFirsts(places), ...shared];
  const served: string[] = [];
  const wait = (name: string, session: string): Promise<unknown> =>
    places.wait(partyOf(session), 'requests', NEVER).then(() => served.push(name));
  const waits = [
    wait('busy', busy),
    wait('first', first),
    wait('first again', first),
    wait('second', second),
    wait('second again', second),
  ];
  for (const place of taken) {
    // Twice is as good as once.
    place.leave();
    place.leave();
  }
  await Promise.all(waits);
  expect(served).toEqual(['first', 'second', 'first again', 'second again', 'busy']);
  expect(takeAll(places, 'new')).toHaveLength(MAX_FILE_HELPERS - waits.length);
});

test('who has fewer is served before who came first', async () => {
  const places = new HelperPlaces();
  const [much, most, least] = ['much', 'most', 'least'] as const;
  takeAll(places, much, MAX_FILE_HELPERS_PER_SESSION - 1);
  takeAll(places, least, 1);
  const [place] = takeAll(places, most);
  const served: string[] = [];
  const waits = [
    places.wait(partyOf(much), 'requests', NEVER).then(() => served.push('much')),
    places.wait(partyOf('new'), 'requests', NEVER).then((given) => {
      served.push('nothing');
      given.leave();
    }),
  ];
  place?.leave();
  await Promise.all(waits);
  expect(served).toEqual(['nothing', 'much']);
});

test('so many of a session may wait, and one more is refused, but not that of another session', async () => {
  const places = new HelperPlaces();
  const [busy, also, third] = ['busy', 'also', 'third'] as const;
  takeAll(places, busy);
  takeAll(places, also);
  const gone = new AbortController();
  const wait = (session: string): Promise<string> =>
    places.wait(partyOf(session), 'requests', gone.signal).then(
      () => 'served',
      (error: unknown) => (error as Error).message,
    );
  const waits = Array.from({ length: MAX_WAITING_FILE_REQUESTS }, () => wait(busy));
  expect(await wait(busy)).toBe(
    '256 file requests of this session wait for a sandbox (MAX_WAITING_FILE_REQUESTS); wait for answers first',
  );
  waits.push(wait(third));
  gone.abort(new Error('nobody waits'));
  expect(new Set(await Promise.all(waits))).toEqual(new Set(['nobody waits']));
  expect(await wait(busy)).toBe('nobody waits');
});

test('places for files are none of those for requests, and a session has no more of them than are left', () => {
  const places = new HelperPlaces();
  const taken = Array.from({ length: 7 }, (_, at) => takeAll(places, String(at), MAX_FILE_HELPERS, 'files'));
  expect(taken.map((ofSession) => ofSession.length)).toEqual([4, 4, 4, 2, 1, 1, 0]);
  expect(taken.flat()).toHaveLength(MAX_FILE_HELPERS_WITH_FILES);
  expect(takeAll(places, '0')).toHaveLength(MAX_FILE_HELPERS_PER_SESSION);
});

test('who has files open in all of its share is refused at once, for only it could free any', async () => {
  const places = new HelperPlaces();
  const session = 'one';
  const taken = takeAll(places, session, MAX_FILE_HELPERS_PER_SESSION, 'files');
  const waiting = places.wait(partyOf(session), 'files', NEVER);
  for (const place of taken) place.holdFiles(true);
  const refusal = new ExecError(
    'limitExceeded',
    'this session has files open in 4 different sandboxes (MAX_FILE_HELPERS_PER_SESSION); close those of one',
  );
  await expect(waiting).rejects.toThrow(refusal);
  await expect(places.wait(partyOf(session), 'files', NEVER)).rejects.toThrow(refusal);
  taken[0]?.holdFiles(false);
  const next = places.wait(partyOf(session), 'files', NEVER);
  taken[0]?.leave();
  await next;
});
