import type { NetworkDecision } from '@holdfast/sandbox';
import { expect, test } from 'vitest';
import { MAX_LOGGED_REFUSALS, RefusalLog } from './refusal-log.js';

const REFUSED: NetworkDecision = {
  time: new Date(0),
  protocol: 'http',
  decision: 'deny',
  host: 'bad.example',
  port: 80,
  reason: 'denied',
  rule: 'bad.example',
};

test('each refusal has a line, up to a number of them, and the rest is counted', () => {
  const lines: unknown[] = [];
  const log = new RefusalLog({ warn: (facts, event) => lines.push([event, facts]) }, 'r7');
  for (let count = 0; count < MAX_LOGGED_REFUSALS; count += 1) log.add(REFUSED);
  expect(lines).toHaveLength(MAX_LOGGED_REFUSALS);
  expect(lines[0]).toEqual([
    'a network request was refused',
    {
      process: 'r7',
      protocol: 'http',
      host: 'bad.example',
      port: 80,
      reason: 'denied',
      rule: 'bad.example',
      by: 'rules',
    },
  ]);
  log.addFault(new Error('it broke'));
  log.add({ ...REFUSED, answer: { type: 'deny' } });
  log.end();
  expect(lines.slice(MAX_LOGGED_REFUSALS)).toEqual([
    ['more network requests were refused', { process: 'r7', more: 2 }],
  ]);
});

test('what could not be served has a line with its cause', () => {
  const lines: unknown[] = [];
  const err = new Error('it broke');
  new RefusalLog({ warn: (facts, event) => lines.push([event, facts]) }, 'r7').addFault(err);
  expect(lines).toEqual([['a network connection could not be served', { process: 'r7', err }]]);
});
