import { asProcessId, MAX_APPEARED_TEXT_LENGTH, MAX_DENIAL_PATH_LENGTH } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { appearedRecord } from './appeared-record.js';

test('a path is told as a URI, byte by byte, and what people read has no halves of characters', () => {
  const path = '/ws/a b/\udcff';
  const report = { found: [{ kind: 'gitState', path, text: `${path} is 😀` }], more: 2 } as const;
  expect(appearedRecord(asProcessId('p'), report)).toEqual({
    processId: 'p',
    found: [{ kind: 'gitState', path: 'file:///ws/a%20b/%FF', text: '/ws/a b/\ufffd is 😀' }],
    more: 2,
  });
});

test('what has a longer path than is told is counted with what is left out', () => {
  const longest = `/${'x'.repeat(MAX_DENIAL_PATH_LENGTH - 'file:///'.length)}`;
  const found = [longest, `${longest}x`, '/ws'].map(
    (path) => ({ kind: 'repository', path, text: 'new' }) as const,
  );
  expect(appearedRecord(asProcessId('p'), { found, more: 2 })).toEqual({
    processId: 'p',
    found: [
      { kind: 'repository', path: `file://${longest}`, text: 'new' },
      { kind: 'repository', path: 'file:///ws', text: 'new' },
    ],
    more: 3,
  });
});

test.each([
  ['as long as it may be', 'x'.repeat(MAX_APPEARED_TEXT_LENGTH), MAX_APPEARED_TEXT_LENGTH],
  ['longer', 'x'.repeat(MAX_APPEARED_TEXT_LENGTH + 1), MAX_APPEARED_TEXT_LENGTH],
  [
    'with a character across the end',
    `${'x'.repeat(MAX_APPEARED_TEXT_LENGTH - 1)}😀`,
    MAX_APPEARED_TEXT_LENGTH - 1,
  ],
  [
    'with a character before the end',
    `${'x'.repeat(MAX_APPEARED_TEXT_LENGTH - 2)}😀x`,
    MAX_APPEARED_TEXT_LENGTH,
  ],
])('a text %s is told up to a limit, without halves of characters', (_, text, length) => {
  const report = { found: [{ kind: 'repository', path: '/ws', text }], more: 0 } as const;
  expect(appearedRecord(asProcessId('p'), report).found).toEqual([
    { kind: 'repository', path: 'file:///ws', text: text.slice(0, length) },
  ]);
});
