import { expect, test } from 'vitest';
import { fingerprintOf } from './fingerprint.js';

const long = 'x'.repeat(1_000_000);

test('the same request has the same fingerprint, however long it is', () => {
  const params = { processId: 'p', writeId: '1', chunk: long };
  expect(fingerprintOf('process/write', { ...params })).toBe(fingerprintOf('process/write', { ...params }));
  expect(fingerprintOf('process/write', params)).toHaveLength(43);
});

test.each<[string, string, unknown]>([
  ['another method', 'process/other', { processId: 'p', chunk: long }],
  ['another short member', 'process/write', { processId: 'q', chunk: long }],
  ['one character of a long member', 'process/write', { processId: 'p', chunk: `${long.slice(1)}y` }],
  ['a missing member', 'process/write', { chunk: long }],
  ['no parameters', 'process/write', undefined],
  ['null', 'process/write', null],
])('%s makes another fingerprint', (_name, method, params) => {
  const original = fingerprintOf('process/write', { processId: 'p', chunk: long });
  expect(fingerprintOf(method, params)).not.toBe(original);
});

test('absent and null parameters are told apart no further than JSON does', () => {
  expect(fingerprintOf('session/close', undefined)).toBe(fingerprintOf('session/close', null));
});
