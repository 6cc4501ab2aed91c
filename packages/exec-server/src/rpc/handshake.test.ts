import { expect, test } from 'vitest';
import { type Handshake, type HandshakeEvent, nextHandshake } from './handshake.js';

const TABLE: Readonly<Record<Handshake['kind'], Readonly<Record<HandshakeEvent, Handshake['kind']>>>> = {
  awaitingInitialize: { initialize: 'awaitingInitialized', initialized: 'broken' },
  awaitingInitialized: { initialize: 'awaitingInitialized', initialized: 'ready' },
  ready: { initialize: 'ready', initialized: 'ready' },
  broken: { initialize: 'broken', initialized: 'broken' },
};

const cells = Object.entries(TABLE).flatMap(([kind, row]) =>
  Object.entries(row).map(([event, next]) => ({ kind, event, next })),
) as { kind: Handshake['kind']; event: HandshakeEvent; next: Handshake['kind'] }[];

test.each(cells)('$kind on $event becomes $next', ({ kind, event, next }) => {
  expect(nextHandshake({ kind }, event)).toEqual({ kind: next });
});
