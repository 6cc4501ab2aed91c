import { expect, test } from 'vitest';
import { CONFORMANCE_CASES } from './cases.js';

test('there are at least 150 cases, each with an id of its own', () => {
  const ids = CONFORMANCE_CASES.map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(150);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  expect(ids.filter((id) => !/^[a-z-]+\/[a-z0-9-]+$/i.test(id))).toEqual([]);
});
