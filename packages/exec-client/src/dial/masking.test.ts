import { expect, test } from 'vitest';
import { maskingOf } from './masking.js';
import { parseTarget } from './target.js';

test.each([
  ['unix:/run/holdfast.sock', false],
  ['ws://127.0.0.1:7777/', false],
  ['ws://127.9.8.7/', false],
  ['ws://0x7f000001/', false],
  ['ws://[::1]:7777/', false],
  ['ws://localhost/', false],
  ['wss://box.example/', false],
  ['ws://box.example/', true],
  ['ws://127.0.0.1.example/', true],
  ['ws://10.0.0.1/', true],
  ['ws://[::2]/', true],
])('what goes to %s is masked: %s', (url, isMasked) => {
  const target = parseTarget(url);
  if (target.kind === 'stdio') throw new Error(url);
  const key = Buffer.from([1, 2, 3, 4]);
  const { generateMask } = maskingOf(target);
  generateMask?.(key);
  expect([generateMask === undefined, [...key]]).toEqual([isMasked, isMasked ? [1, 2, 3, 4] : [0, 0, 0, 0]]);
});
