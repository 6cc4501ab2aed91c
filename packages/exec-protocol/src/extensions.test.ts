import { expect, test } from 'vitest';
import { grantExtensions, offeredExtensions } from './extensions.js';

test('the lower version of each extension that both sides named is granted', () => {
  expect(grantExtensions({ flow: 3, signals: 1, teleport: 9 }, { flow: 2, session: 1 })).toEqual({ flow: 2 });
  expect(grantExtensions({}, offeredExtensions())).toEqual({});
});

test('names of inherited members are no extensions', () => {
  expect(
    grantExtensions(
      JSON.parse('{"constructor": 1, "__proto__": 1}') as Record<string, number>,
      offeredExtensions(),
    ),
  ).toEqual({});
});
