import { expect, test } from 'vitest';
import { addCounts, countTests, NO_TESTS, summaryLine } from './test-counts.js';

test('a file that could not be loaded counts as a failure', () => {
  const report = {
    numPassedTests: 3,
    numFailedTests: 1,
    numPendingTests: 1,
    numTodoTests: 1,
    testResults: [
      { status: 'failed', assertionResults: [{}, {}, {}, {}] },
      { status: 'failed', assertionResults: [] },
    ],
  };
  expect(countTests(report)).toEqual({ passed: 3, failed: 2, skipped: 2 });
});

test('the summary names skipped tests only if there are any', () => {
  expect(summaryLine(NO_TESTS)).toBe('0 passed, 0 failed');
  expect(
    summaryLine(addCounts({ passed: 1, failed: 2, skipped: 0 }, { passed: 1, failed: 0, skipped: 3 })),
  ).toBe('2 passed, 2 failed, 3 skipped');
});
