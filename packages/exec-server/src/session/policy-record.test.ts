import { asProcessId } from '@holdfast/exec-protocol';
import type { NetworkDecision } from '@holdfast/sandbox';
import { expect, test } from 'vitest';
import { policyRecord } from './policy-record.js';

const ID = asProcessId('n');

const REFUSED: NetworkDecision = {
  time: new Date('2026-11-21T07:12:20.250Z'),
  protocol: 'http',
  method: 'GET',
  client: '127.0.0.1:47728',
  decision: 'deny',
  host: 'bad.example',
  port: 80,
  reason: 'denied',
  rule: 'bad.example',
};

const RECORD = {
  processId: 'n',
  timestamp: '2026-11-21T07:12:20.250Z',
  scope: 'domain',
  decision: 'deny',
  source: 'baseline_policy',
  reason: 'denied',
  protocol: 'http',
  host: 'bad.example',
  port: 80,
  method: 'GET',
  client: '127.0.0.1:47728',
  policyOverride: false,
};

test.each<readonly [string, Partial<NetworkDecision>, object]>([
  ['a refusal by the lists', {}, {}],
  [
    'an allowance by the lists',
    { decision: 'allow', reason: undefined },
    { decision: 'allow', reason: 'allow' },
  ],
  [
    'an allowance by somebody who was asked',
    { decision: 'allow', reason: 'not_allowed', answer: { type: 'allow' } },
    { decision: 'allow', reason: 'not_allowed', source: 'decider', policyOverride: true },
  ],
  [
    'a refusal by somebody who gave a reason',
    { reason: 'not_allowed', answer: { type: 'deny', reason: 'blocked by controller' } },
    { reason: 'blocked by controller', source: 'decider' },
  ],
  ['a question that was withdrawn', { reason: 'withdrawn' }, { reason: 'withdrawn' }],
  [
    'a refusal by somebody who would ask, and gave none',
    { reason: 'not_allowed', answer: { type: 'ask' } },
    { decision: 'ask', reason: 'not_allowed', source: 'decider' },
  ],
])('%s is told as the reference tells it', (_, changes, told) => {
  expect(policyRecord(ID, { ...REFUSED, ...changes })).toEqual({ ...RECORD, ...told });
});

test.each<readonly [string, Partial<NetworkDecision>]>([
  ['a connection to a listed port of the executor', { protocol: 'loopback' }],
  ['what names no host', { host: undefined }],
  ['what names no port', { port: undefined }],
])('%s has no words on the wire', (_, changes) => {
  expect(policyRecord(ID, { ...REFUSED, ...changes })).toBeUndefined();
});
