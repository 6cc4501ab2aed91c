import { writeFileSync } from 'node:fs';
import type { Reporter } from 'vitest/node';

/** Names the file that `StrayErrors` writes. */
export const STRAY_ERRORS_FILE = 'STRAY_ERRORS_FILE';

/**
 * Writes, as JSON, the test files that ran while an error happened outside of any test; null where none ran. Vitest fails for
 * such errors, and its own JSON report does not have them.
 */
export default class StrayErrors implements Reporter {
  onTestRunEnd(...[, errors]: Parameters<NonNullable<Reporter['onTestRunEnd']>>): void {
    const file = process.env[STRAY_ERRORS_FILE];
    if (file === undefined) throw new Error(`${STRAY_ERRORS_FILE} is not set; name the file to write`);
    const paths = errors.map((error) => error['VITEST_TEST_PATH'] ?? null);
    writeFileSync(file, JSON.stringify(paths));
  }
}
