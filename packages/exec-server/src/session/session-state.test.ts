import { asConnectionId } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { nextSession, type SessionEvent, type SessionState } from './session-state.js';

const mine = asConnectionId('mine');
const other = asConnectionId('other');

const STATES = {
  'attached to mine': { kind: 'attached', connection: mine },
  'attached to other': { kind: 'attached', connection: other },
  'detached until 100': { kind: 'detached', expiresAt: 100 },
  'detached until 250': { kind: 'detached', expiresAt: 250 },
  closed: { kind: 'closed' },
} as const satisfies Record<string, SessionState>;

const EVENTS = {
  'resume by mine at 99': { type: 'resume', connection: mine, now: 99 },
  'resume by mine at 100': { type: 'resume', connection: mine, now: 100 },
  'resume by mine at 101': { type: 'resume', connection: mine, now: 101 },
  'detach of mine until 250': { type: 'detach', connection: mine, expiresAt: 250 },
  'expire at 99': { type: 'expire', now: 99 },
  'expire at 100': { type: 'expire', now: 100 },
  'expire at 101': { type: 'expire', now: 101 },
  close: { type: 'close' },
} as const satisfies Record<string, SessionEvent>;

type Named = keyof typeof STATES;

/** What each event makes of each state. */
const TABLE: Readonly<Record<Named, Readonly<Record<keyof typeof EVENTS, Named>>>> = {
  'attached to mine': {
    'resume by mine at 99': 'attached to mine',
    'resume by mine at 100': 'attached to mine',
    'resume by mine at 101': 'attached to mine',
    'detach of mine until 250': 'detached until 250',
    'expire at 99': 'attached to mine',
    'expire at 100': 'attached to mine',
    'expire at 101': 'attached to mine',
    close: 'closed',
  },
  'attached to other': {
    'resume by mine at 99': 'attached to other',
    'resume by mine at 100': 'attached to other',
    'resume by mine at 101': 'attached to other',
    'detach of mine until 250': 'attached to other',
    'expire at 99': 'attached to other',
    'expire at 100': 'attached to other',
    'expire at 101': 'attached to other',
    close: 'closed',
  },
  'detached until 100': {
    'resume by mine at 99': 'attached to mine',
    'resume by mine at 100': 'closed',
    'resume by mine at 101': 'closed',
    'detach of mine until 250': 'detached until 100',
    'expire at 99': 'detached until 100',
    'expire at 100': 'closed',
    'expire at 101': 'closed',
    close: 'closed',
  },
  'detached until 250': {
    'resume by mine at 99': 'attached to mine',
    'resume by mine at 100': 'attached to mine',
    'resume by mine at 101': 'attached to mine',
    'detach of mine until 250': 'detached until 250',
    'expire at 99': 'detached until 250',
    'expire at 100': 'detached until 250',
    'expire at 101': 'detached until 250',
    close: 'closed',
  },
  closed: {
    'resume by mine at 99': 'closed',
    'resume by mine at 100': 'closed',
    'resume by mine at 101': 'closed',
    'detach of mine until 250': 'closed',
    'expire at 99': 'closed',
    'expire at 100': 'closed',
    'expire at 101': 'closed',
    close: 'closed',
  },
};

const cells = Object.entries(TABLE).flatMap(([from, row]) =>
  Object.entries(row).map(([event, to]) => [from, event, to] as const),
);

test.each(cells)('%s, %s: %s', (from, event, to) => {
  expect(nextSession(STATES[from as Named], EVENTS[event as keyof typeof EVENTS])).toEqual(STATES[to]);
});
