import { setImmediate as turn } from 'node:timers/promises';
import { LOOK_LIMIT_MS, MAX_WAITING_LOOKS_PER_SESSION } from '@holdfast/exec-protocol';
import type { AppearedReport } from '@holdfast/sandbox';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Party } from '../../../fair-places.js';
import { TestClock } from '../../../testing/test-clock.js';
import type { AppearedLook } from '../sandbox.js';
import { AppearedLooks, type LooksHost } from './appeared-looks.js';

const NOTHING: AppearedReport = { found: [], more: 0 };

const REPORT: AppearedReport = {
  found: [
    { kind: 'repository', path: '/ws/new', text: 'a new repository' },
    { kind: 'gitLink', path: '/ws/.git/index', text: 'a link' },
  ],
  more: 3,
};

let clock: TestClock;
let lines: unknown[];
let told: unknown[];
let looks: AppearedLooks;
let parties: Map<string, Party>;

beforeEach(() => {
  clock = new TestClock();
  lines = [];
  told = [];
  parties = new Map();
  const logger: LooksHost['logger'] = {
    info: (facts, event) => lines.push([event, { ...facts, isInfo: true }]),
    warn: (facts, event) => lines.push([event, facts]),
  };
  looks = new AppearedLooks({ clock, logger });
});

afterEach(() => {
  expect(clock.pending).toBe(0);
});

function begin(process: string, look: AppearedLook, session = 's'): void {
  const party = parties.get(session) ?? { principal: 'p', session };
  parties.set(session, party);
  void looks.look(party, process, look, (report) => told.push([process, report]));
}

/** What is told where nobody has looked to the end. */
function unseen(why: string): object {
  return { found: [], more: 0, unseen: why };
}

/** A look that ends when the test says so. */
function heldLook(): { readonly look: AppearedLook; readonly end: (report: AppearedReport) => void } {
  let end: (report: AppearedReport) => void = () => undefined;
  const report = new Promise<AppearedReport>((resolve) => (end = resolve));
  return { look: () => report, end };
}

test('what was found has a line each, and is told; nothing has none', async () => {
  begin('r1', () => Promise.resolve(NOTHING));
  begin('r2', () => Promise.resolve(REPORT));
  await turn();
  expect(told).toEqual([['r2', REPORT]]);
  expect(lines).toEqual([
    [
      'executable configuration appeared while a command ran',
      { process: 'r2', kind: 'repository', path: '/ws/new', isInfo: true },
    ],
    [
      'executable configuration appeared while a command ran',
      { process: 'r2', kind: 'gitLink', path: '/ws/.git/index' },
    ],
    ['more executable configuration appeared while a command ran', { process: 'r2', more: 3 }],
  ]);
});

/** A look that takes as long as it may. */
function endlessLook(signals: AbortSignal[] = []): AppearedLook {
  return (signal) => {
    signals.push(signal);
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  };
}

test('one look of a session goes on at a time, in the order in which they came', async () => {
  const first = heldLook();
  const order: string[] = [];
  begin('r1', first.look);
  for (const name of ['r2', 'r3'])
    begin(name, () => {
      order.push(name);
      return Promise.resolve(NOTHING);
    });
  await turn();
  expect(order).toEqual([]);
  first.end(NOTHING);
  await turn();
  expect(order).toEqual(['r2', 'r3']);
});

test('sessions take turns, however much one of them asks for', async () => {
  const [first, other] = [heldLook(), heldLook()];
  const order: string[] = [];
  const noted =
    (name: string): AppearedLook =>
    () => {
      order.push(name);
      return Promise.resolve(NOTHING);
    };
  begin('a1', first.look, 'a');
  begin('d1', other.look, 'd');
  for (const name of ['a2', 'a3', 'a4']) begin(name, noted(name), 'a');
  for (const name of ['b1', 'b2']) begin(name, noted(name), 'b');
  begin('c1', noted('c1'), 'c');
  first.end(NOTHING);
  await turn();
  expect(order).toEqual(['a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  other.end(NOTHING);
});

test('so many of a session wait, and one more is left out with a line; another session has its look', async () => {
  const first = heldLook();
  begin('first', first.look);
  for (let count = 0; count < MAX_WAITING_LOOKS_PER_SESSION; count += 1)
    begin('waits', () => Promise.resolve(NOTHING));
  await turn();
  expect(lines).toEqual([]);
  begin('r9', () => Promise.resolve(REPORT));
  await turn();
  expect(lines.splice(0)).toEqual([
    ['what appeared while a command ran is not looked for: too many looks wait', { process: 'r9' }],
  ]);
  expect(told.splice(0)).toEqual([
    ['r9', unseen('what appeared while a command ran is not looked for: too many looks wait')],
  ]);
  begin('other', () => Promise.resolve(REPORT), 'other');
  await turn();
  first.end(NOTHING);
  await turn();
  begin('r10', () => Promise.resolve(REPORT));
  await turn();
  expect(told).toEqual([
    ['other', REPORT],
    ['r10', REPORT],
  ]);
});

test('a look that takes too long is called off with a line, and the next has all its time', async () => {
  const signals: AbortSignal[] = [];
  const endless = endlessLook(signals);
  const aborted = (): boolean[] => signals.map((signal) => signal.aborted);
  begin('r1', endless);
  begin('r2', endless);
  begin('r3', () => Promise.resolve(REPORT));
  await turn();
  clock.advance(LOOK_LIMIT_MS - 1);
  await turn();
  expect([aborted(), lines]).toEqual([[false], []]);
  clock.advance(1);
  await turn();
  clock.advance(LOOK_LIMIT_MS - 1);
  await turn();
  const event = 'what appeared while a command ran could not be looked for in time';
  expect([aborted(), told]).toEqual([[true, false], [['r1', unseen(event)]]]);
  clock.advance(1);
  await turn();
  expect([lines.slice(0, 2), told]).toEqual([
    [
      [event, { process: 'r1' }],
      [event, { process: 'r2' }],
    ],
    [
      ['r1', unseen(event)],
      ['r2', unseen(event)],
      ['r3', REPORT],
    ],
  ]);
});

test('sessions whose looks take all of their time share one place, until one comes to its end, and no other waits for them', async () => {
  const signals: AbortSignal[] = [];
  const slow = endlessLook(signals);
  for (const session of ['a', 'b']) for (let count = 0; count < 2; count += 1) begin(session, slow, session);
  begin('v1', () => Promise.resolve(REPORT), 'v');
  await turn();
  expect([signals.length, told]).toEqual([2, []]);
  clock.advance(LOOK_LIMIT_MS);
  await turn();
  const event = 'what appeared while a command ran could not be looked for in time';
  expect(told.splice(0)).toEqual([
    ['a', unseen(event)],
    ['b', unseen(event)],
    ['v1', REPORT],
  ]);
  for (const session of ['v', 'w', 'b']) begin(session, () => Promise.resolve(REPORT), session);
  await turn();
  expect([signals.length, told.splice(0)]).toEqual([
    3,
    [
      ['v', REPORT],
      ['w', REPORT],
    ],
  ]);
  clock.advance(LOOK_LIMIT_MS);
  await turn();
  clock.advance(LOOK_LIMIT_MS);
  await turn();
  const held = heldLook();
  begin('a', held.look, 'a');
  begin('b', () => Promise.resolve(REPORT), 'b');
  await turn();
  expect([signals.length, told]).toEqual([
    4,
    [
      ['a', unseen(event)],
      ['b', unseen(event)],
      ['b', REPORT],
      ['b', REPORT],
    ],
  ]);
  held.end(NOTHING);
});

test('a look that fails has a line, and keeps no other from its turn', async () => {
  const err = new Error('it broke');
  begin('r1', () => Promise.reject(err));
  begin('r2', () => Promise.resolve(REPORT));
  await turn();
  expect([lines[0], told]).toEqual([
    ['what appeared while a command ran could not be looked for', { process: 'r1', err }],
    [
      ['r1', unseen('what appeared while a command ran could not be looked for')],
      ['r2', REPORT],
    ],
  ]);
});

test('the end of the server ends what waits and what is under way, without a word', async () => {
  const [first, second] = [heldLook(), heldLook()];
  const signals: AbortSignal[] = [];
  begin('r1', (signal) => {
    signals.push(signal);
    return first.look(signal);
  });
  begin('r2', second.look);
  await turn();
  looks.close();
  begin('r3', second.look);
  first.end(REPORT);
  second.end(REPORT);
  await turn();
  expect([signals.map(({ aborted }) => aborted), told, lines]).toEqual([[true], [], []]);
});
