import { MAX_TOLD_NARROWINGS, MAX_TOLD_SANDBOX_NOTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { SandboxPlan } from '../plan-sandbox.js';
import { DEFAULTS, memberOf } from '../policy/rule-origin.js';
import { policyOf } from '../policy/testing/rules.js';
import { reportSandbox } from './report-sandbox.js';

type Reported = Pick<SandboxPlan, 'policy' | 'narrowed' | 'isNetworkNarrowed'>;

const NOTHING: Reported = { policy: policyOf([]), narrowed: [], isNetworkNarrowed: false };

function narrowed(count: number): SandboxPlan['narrowed'] {
  return Array.from({ length: count }, (_, at) => ({
    path: `/ws/${at}`,
    asked: 'write' as const,
    granted: 'read' as const,
    origin: DEFAULTS.configuration,
  }));
}

test('what was asked for and not cut down has an empty report', () => {
  expect(reportSandbox(NOTHING)).toEqual({ narrowed: [], narrowedLeftOut: 0, notes: [], notesLeftOut: 0 });
});

test('paths as URIs, the network first, and notes, each with its rule', () => {
  const networkOrigin = memberOf('ceiling', 'permissions.network');
  const origin = memberOf('intent', 'permissions.file_system.entries.3');
  const plan: Reported = {
    policy: policyOf([], { networkOrigin, notes: [{ text: 'it does not exist', origin }] }),
    narrowed: [{ path: '/a b', asked: 'read', granted: 'deny', origin: DEFAULTS.ownRecords }],
    isNetworkNarrowed: true,
  };
  expect(reportSandbox(plan)).toEqual({
    narrowed: [
      { type: 'network', asked: 'enabled', granted: 'restricted', rule: networkOrigin },
      { type: 'path', path: 'file:///a%20b', asked: 'read', granted: 'deny', rule: DEFAULTS.ownRecords },
    ],
    narrowedLeftOut: 0,
    notes: [{ text: 'it does not exist', rule: origin }],
    notesLeftOut: 0,
  });
});

test('no more than that, and how much is left out', () => {
  const note = { text: 'of many', origin: DEFAULTS.configuration };
  const notes = Array.from({ length: MAX_TOLD_SANDBOX_NOTES + 1 }, () => note);
  const report = reportSandbox({
    policy: policyOf([], { notes }),
    narrowed: narrowed(MAX_TOLD_NARROWINGS + 1),
    isNetworkNarrowed: true,
  });
  expect([report.narrowed.length, report.narrowedLeftOut]).toEqual([MAX_TOLD_NARROWINGS, 2]);
  expect([report.notes.length, report.notesLeftOut]).toEqual([MAX_TOLD_SANDBOX_NOTES, 1]);
});
