import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory for the test that runs, by its canonical path; it goes with the test. @param above Default: where the system has them. */
export function temporaryDirectory(above = tmpdir()): string {
  const directory = realpathSync(mkdtempSync(path.join(above, 'holdfast-test-')));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
