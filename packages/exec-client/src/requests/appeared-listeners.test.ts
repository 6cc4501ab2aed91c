import { asProcessId, MAX_APPEARED_LISTENERS } from '@holdfast/exec-protocol';
import { beforeEach, expect, test } from 'vitest';
import { AppearedListeners } from './appeared-listeners.js';

let told: string[];
let listeners: AppearedListeners;

beforeEach(() => {
  told = [];
  listeners = new AppearedListeners();
});

function add(id: string, name = id): () => void {
  return listeners.add(asProcessId(id), ({ more }) => told.push(`${name} ${String(more)}`));
}

function tell(id: string, more = 1): void {
  listeners.tell({ processId: asProcessId(id), found: [], more });
}

test('a report is for its process, running or closed, and there is one', () => {
  add('running');
  add('closed')();
  for (const id of ['running', 'closed', 'running', 'closed', 'unknown']) tell(id);
  expect(told).toEqual(['running 1', 'closed 1']);
});

test('so many closed processes are waited for, and the one that closed first is given up', () => {
  add('running');
  const ends = Array.from({ length: MAX_APPEARED_LISTENERS + 1 }, (_, at) => add(String(at)));
  for (const end of ends.toReversed()) end();
  tell('running');
  for (const at of ends.keys()) tell(String(at));
  expect([told.length, told[0], told.at(-1)]).toEqual([
    MAX_APPEARED_LISTENERS + 1,
    'running 1',
    `${MAX_APPEARED_LISTENERS - 1} 1`,
  ]);
});

test('an id that is used again belongs to the next process, but not while the first one runs', () => {
  const end = add('p', 'first');
  add('p', 'refused')();
  tell('p');
  end();
  const again = add('p', 'second');
  again();
  add('p', 'third');
  end();
  again();
  tell('p');
  expect(told).toEqual(['first 1', 'third 1']);
});

test('nothing is told once the session is over', () => {
  add('p');
  listeners.end();
  tell('p');
  expect(told).toEqual([]);
});
