import { expect, test } from 'vitest';
import type { NetworkDecision } from './gate.js';
import { Refusals } from './refusals.js';

function refused(host: string, more: Partial<NetworkDecision> = {}): NetworkDecision {
  const request = { protocol: 'http', host, port: 80, rule: undefined } as const;
  return { time: new Date(0), ...request, decision: 'deny', reason: 'not_allowed', ...more };
}

test('the newest are kept, each once, and nothing that was allowed, no request, or given up', () => {
  const refusals = new Refusals(3);
  for (const host of ['a', 'b', 'c', 'b', 'd']) refusals.add(refused(host));
  refusals.add(refused('allowed', { decision: 'allow' }));
  refusals.add(refused('', { host: undefined, reason: 'malformed' }));
  refusals.add(refused('given-up', { reason: 'withdrawn' }));
  expect(refusals.newest).toEqual(['d', 'b', 'c'].map((host) => refused(host)));
  refusals.add(refused('d', { port: 81 }));
  expect(refusals.newest).toEqual([refused('d', { port: 81 }), refused('d'), refused('b')]);
});

test('a request that contradicts itself is kept where it names its host', () => {
  const refusals = new Refusals(3);
  const decision = refused('a.example', { port: undefined, reason: 'malformed' });
  refusals.add(decision);
  expect(refusals.newest).toEqual([decision]);
});
