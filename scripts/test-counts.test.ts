import { expect, test } from 'vitest';
import {
  addCounts,
  afterSecondRun,
  countTests,
  failedFiles,
  filesOfSecondRun,
  NO_TESTS,
  summaryLine,
} from './test-counts.js';

const REPORT = {
  numPassedTests: 3,
  numFailedTests: 1,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [
    {
      name: '/a.test.ts',
      status: 'failed',
      assertionResults: [
        { status: 'passed', fullName: 'one' },
        { status: 'failed', fullName: 'two' },
      ],
    },
    { name: '/b.test.ts', status: 'failed', assertionResults: [] },
    { name: '/c.test.ts', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'three' }] },
  ],
};

test('a file that could not be loaded counts as a failure', () => {
  expect(countTests(REPORT)).toEqual({ passed: 3, failed: 2, skipped: 2 });
});

test('what failed is named by file and test', () => {
  expect(failedFiles(REPORT)).toEqual({
    files: ['/a.test.ts', '/b.test.ts'],
    tests: ['/a.test.ts: two', '/b.test.ts'],
  });
});

test.each([
  ['what failed, when nothing else did', ['/a'], [], ['/a']],
  ['what failed with errors outside of its tests, too', ['/a', '/b'], ['/b', '/b'], ['/a', '/b']],
  ['nothing when an error came from a file that did not fail', ['/a'], ['/b'], []],
  ['nothing when an error came from no file', ['/a'], [null], []],
  ['nothing when so much failed that it is no accident', ['/a', '/b', '/c', '/d'], [], []],
  ['nothing when nothing failed', [], [], []],
])('run again is %s', (_, files, strayErrors, again) => {
  expect(filesOfSecondRun({ files, tests: [] }, strayErrors)).toEqual(again);
});

test('what fails twice has failed, what passes the second time has passed', () => {
  const first = { passed: 10, failed: 3, skipped: 1 };
  expect(afterSecondRun(first, { passed: 7, failed: 0, skipped: 0 })).toEqual({
    passed: 13,
    failed: 0,
    skipped: 1,
  });
  expect(afterSecondRun(first, { passed: 5, failed: 2, skipped: 0 })).toEqual({
    passed: 11,
    failed: 2,
    skipped: 1,
  });
});

test('the summary names skipped tests only if there are any', () => {
  expect(summaryLine(NO_TESTS)).toBe('0 passed, 0 failed');
  expect(
    summaryLine(addCounts({ passed: 1, failed: 2, skipped: 0 }, { passed: 1, failed: 0, skipped: 3 })),
  ).toBe('2 passed, 2 failed, 3 skipped');
});
