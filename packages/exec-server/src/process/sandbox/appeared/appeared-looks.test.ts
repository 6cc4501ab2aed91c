import { setImmediate as turn } from 'node:timers/promises';
import { MAX_WAITING_LOOKS } from '@holdfast/exec-protocol';
import type { AppearedReport } from '@holdfast/sandbox';
import { beforeEach, expect, test } from 'vitest';
import type { AppearedLook } from '../sandbox.js';
import { AppearedLooks } from './appeared-looks.js';

const NOTHING: AppearedReport = { found: [], more: 0 };

const REPORT: AppearedReport = {
  found: [
    { kind: 'repository', path: '/ws/new', text: 'a new repository' },
    { kind: 'gitLink', path: '/ws/.git/index', text: 'a link' },
  ],
  more: 3,
};

let lines: unknown[];
let told: unknown[];
let looks: AppearedLooks;

beforeEach(() => {
  lines = [];
  told = [];
  looks = new AppearedLooks({
    info: (facts, event) => lines.push([event, { ...facts, isInfo: true }]),
    warn: (facts, event) => lines.push([event, facts]),
  });
});

function begin(process: string, look: AppearedLook): void {
  looks.begin(process, look, (report) => told.push([process, report]));
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

test('one look goes on at a time, in the order in which they came', async () => {
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

test('so many wait, and one more is left out with a line', async () => {
  const first = heldLook();
  begin('first', first.look);
  for (let count = 0; count < MAX_WAITING_LOOKS; count += 1) begin('waits', () => Promise.resolve(NOTHING));
  expect(lines).toEqual([]);
  begin('r9', () => Promise.resolve(REPORT));
  expect(lines).toEqual([
    ['what appeared while a command ran is not looked for: too many looks wait', { process: 'r9' }],
  ]);
  first.end(NOTHING);
  await turn();
  begin('r10', () => Promise.resolve(REPORT));
  await turn();
  expect(told).toEqual([['r10', REPORT]]);
});

test('a look that fails has a line, and keeps no other from its turn', async () => {
  const err = new Error('it broke');
  begin('r1', () => Promise.reject(err));
  begin('r2', () => Promise.resolve(REPORT));
  await turn();
  expect([lines[0], told]).toEqual([
    ['what appeared while a command ran could not be looked for', { process: 'r1', err }],
    [['r2', REPORT]],
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
