import type { StateChange, StateListener } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { noteLink } from './link-notes.js';

const LOST: StateChange = { state: 'recovering', previous: 'ready' };
const BACK: StateChange = {
  state: 'ready',
  previous: 'recovering',
  recovery: {
    attempts: 3,
    durationMs: 3_210,
    replayedEvents: 0,
    gaps: 0,
    repeatedRequests: 0,
    lostProcesses: 0,
  },
};

function notesOf(changes: readonly StateChange[], isTTY: boolean, isRaw = false): string {
  let text = '';
  const listeners: StateListener[] = [];
  const client = {
    on(_event: 'state', listener: StateListener) {
      listeners.push(listener);
      return () => undefined;
    },
  };
  noteLink(client, { isTTY, write: (added) => (text += added) }, () => isRaw);
  for (const change of changes) for (const listener of listeners) listener(change);
  return text;
}

test('a person at a terminal reads one line when the link is lost, and one when it is back', () => {
  expect(notesOf([LOST, BACK], true)).toBe(
    'holdfast: the link to the server is lost; trying to get it back\n' +
      'holdfast: the link to the server is back after 3.2 s\n',
  );
});

test('whatever a program has drawn, a note begins a line of its own', () => {
  expect(notesOf([LOST], true, true)).toBe(
    '\nholdfast: the link to the server is lost; trying to get it back\n',
  );
});

test('nobody else is told, and of the end of a session not here', () => {
  expect(notesOf([LOST, BACK], false)).toBe('');
  expect(
    notesOf(
      [
        { state: 'failed', previous: 'recovering' },
        { state: 'closed', previous: 'ready' },
      ],
      true,
    ),
  ).toBe('');
});
