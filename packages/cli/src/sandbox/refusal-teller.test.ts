import type { NetworkDecision } from '@holdfast/sandbox';
import { expect, test } from 'vitest';
import { RefusalTeller } from './refusal-teller.js';

const REFUSED: NetworkDecision = {
  time: new Date(0),
  protocol: 'https_connect',
  decision: 'deny',
  host: 'other.example',
  port: 443,
  reason: 'not_allowed',
  rule: undefined,
};

test('each refusal is told once, and what was allowed is not', () => {
  const told: string[] = [];
  const teller = new RefusalTeller((line) => told.push(line));
  teller.add(REFUSED);
  teller.add(REFUSED);
  teller.add({ ...REFUSED, port: 80, reason: 'denied', rule: '*.example' });
  teller.add({ ...REFUSED, port: 81, decision: 'allow', reason: undefined });
  expect(told).toEqual([
    'network: https_connect to other.example:443 was refused: not_allowed',
    'network: https_connect to other.example:80 was refused: denied (*.example)',
  ]);
});

test('a request cannot write to the terminal', () => {
  const told: string[] = [];
  new RefusalTeller((line) => told.push(line)).add({ ...REFUSED, host: '\u001b[2Jx', port: undefined });
  expect(told).toEqual(['network: https_connect to \\u001b[2Jx was refused: not_allowed']);
});

test('what could not be served is told once, too', () => {
  const told: string[] = [];
  const teller = new RefusalTeller((line) => told.push(line));
  teller.addFault(new Error('a \u001b[2J'));
  teller.addFault(new Error('a \u001b[2J'));
  expect(told).toEqual(['network: a connection could not be served: Error: a \\u001b[2J']);
});

test('a command that tries many hosts is told of the first thousand', () => {
  const told: string[] = [];
  const teller = new RefusalTeller((line) => told.push(line));
  for (let port = 1; port <= 1001; port += 1) teller.add({ ...REFUSED, port });
  expect(told).toHaveLength(1000);
});
