export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of a vitest JSON report that the summary needs. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    /** Path of the test file. */
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/** A file that could not be loaded has no tests in the report, yet it must count as a failure. */
export function countTests(report: TestReport): TestCounts {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export interface FailedFiles {
  readonly files: readonly string[];
  /** `file: name of the test`, or the file alone where it could not be loaded. */
  readonly tests: readonly string[];
}

/** What failed, so that it can be run again by itself and named. */
export function failedFiles(report: TestReport): FailedFiles {
  const failed = report.testResults.filter(({ status }) => status === 'failed');
  return {
    files: failed.map(({ name }) => name),
    tests: failed.flatMap(({ name, assertionResults }) =>
      assertionResults.length === 0
        ? [name]
        : assertionResults
            .filter(({ status }) => status === 'failed')
            .map(({ fullName }) => `${name}: ${fullName}`),
    ),
  };
}

/** More failed files than this are no accident: they are not run again. */
const MAX_FILES_OF_A_SECOND_RUN = 3;

/**
 * The test files whose second run says whether the first one failed by accident; none where it cannot say so.
 * @param strayErrors The files that ran while an error happened outside of any test; null where none ran.
 */
export function filesOfSecondRun(
  { files }: FailedFiles,
  strayErrors: readonly (string | null)[],
): readonly string[] {
  const explainsAll = strayErrors.every((file) => file !== null && files.includes(file));
  return explainsAll && files.length <= MAX_FILES_OF_A_SECOND_RUN ? files : [];
}

/** The counts of a project after its failed files have run again: only what failed twice has failed. */
export function afterSecondRun(first: TestCounts, second: TestCounts): TestCounts {
  return {
    passed: first.passed + Math.max(first.failed - second.failed, 0),
    failed: second.failed,
    skipped: first.skipped,
  };
}

export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The last line of a check: `12 passed, 0 failed`, and what was skipped if anything was. */
export function summaryLine(counts: TestCounts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}
