import { expect, test } from 'vitest';
import { decodeResult, parseParams } from '../rpc/route.js';
import { processExited, processStart } from './process.js';
import { understoodDenial, understoodReport } from './sandbox-verdict.js';

const RULE = { source: 'ceiling', entry: 'permissions.file_system.entries.1' } as const;

const FINDING = {
  evidence: 'path',
  confidence: 'likely',
  subject: { type: 'path', path: 'file:///srv/x', operation: 'write' },
  rule: RULE,
} as const;

const STRANGE = [
  { ...FINDING, evidence: 'oracle' },
  { ...FINDING, confidence: 'beyond doubt' },
  { ...FINDING, subject: { type: 'clock' } },
  { ...FINDING, rule: { source: 'moon', entry: '' } },
  {},
];

test('of a denial, what this build does not know is passed over, member by member and finding by finding', () => {
  const { denial } = parseParams(processExited, {
    processId: 'p',
    seq: 1,
    exitCode: 1,
    sandboxDenied: true,
    denial: { findings: [...STRANGE, { ...FINDING, since: 'today' }], more: 7 },
  });
  expect(understoodDenial(denial ?? { findings: [] })).toEqual({ findings: [FINDING] });
});

test('of a report, too, while its counts stay', () => {
  const narrowing = { type: 'path', path: 'file:///srv', asked: 'write', granted: 'read', rule: RULE };
  const note = { text: 'for people', rule: RULE };
  const { sandboxReport } = decodeResult(processStart, {
    processId: 'p',
    sandboxReport: {
      narrowed: [{ ...narrowing, type: 'clock' }, { ...narrowing, granted: 'write' }, narrowing],
      narrowedLeftOut: 3,
      notes: [{ text: 5 }, note],
      notesLeftOut: 4,
    },
  });
  const empty = { narrowed: [], narrowedLeftOut: 0, notes: [], notesLeftOut: 0 };
  expect(understoodReport(sandboxReport ?? empty)).toEqual({
    narrowed: [narrowing],
    narrowedLeftOut: 3,
    notes: [note],
    notesLeftOut: 4,
  });
});
