import { asProcessId } from '@holdfast/exec-protocol';
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
