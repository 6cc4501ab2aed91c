// Everything that CI runs, in its order. Stops at the first step that fails and names it.
// The last line is the count of tests, alone, so that other programs can read it.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';
import type { TestCounts, TestReport } from './test-counts.js';
import { addCounts, countTests, NO_TESTS, summaryLine } from './test-counts.js';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** The vitest project that this step runs; its tests are counted. */
  readonly project?: string;
}

const STEPS: readonly Step[] = [
  { name: 'format', command: ['biome', 'ci', '--colors=off', '.'] },
  { name: 'lint', command: ['eslint', '.', '--max-warnings', '0'] },
  {
    name: 'dependency direction',
    command: ['depcruise', 'packages', 'simulation', 'e2e', 'scripts', '--config', '.dependency-cruiser.cjs'],
  },
  { name: 'dead code', command: ['knip'] },
  { name: 'types', command: ['tsc', '-b'] },
  { name: 'unit tests', command: ['vitest', 'run', '--project', 'unit'], project: 'unit' },
  { name: 'simulation', command: ['vitest', 'run', '--project', 'simulation'], project: 'simulation' },
  { name: 'build', command: [process.execPath, 'scripts/setup.mjs'] },
  { name: 'packed packages', command: ['tsx', 'scripts/check-packages.ts'] },
  { name: 'public surface', command: ['tsx', 'scripts/check-api.ts'] },
  { name: 'e2e tests', command: ['vitest', 'run', '--project', 'e2e'], project: 'e2e' },
  { name: 'generated schema and docs', command: ['npm', 'run', '--silent', 'schema:check'] },
];

const reports = mkdtempSync(join(tmpdir(), 'holdfast-check-'));
try {
  const { counts, failedStep } = await runSteps();
  console.log(failedStep === undefined ? '\nall checks passed' : `\nfailed: ${failedStep}`);
  console.log(summaryLine(counts));
  process.exitCode = failedStep === undefined ? 0 : 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}

async function runSteps(): Promise<{ counts: TestCounts; failedStep: string | undefined }> {
  let counts = NO_TESTS;
  for (const step of STEPS) {
    const startedAt = performance.now();
    const { isPassed, tests, output } = await runStep(step);
    counts = addCounts(counts, tests);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${isPassed ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`);
    if (!isPassed) {
      if (output !== '') console.log(output);
      return { counts, failedStep: step.name };
    }
  }
  return { counts, failedStep: undefined };
}

async function runStep(
  step: Step,
): Promise<{ readonly isPassed: boolean; readonly tests: TestCounts; readonly output: string }> {
  if (step.project === undefined) {
    const { exitCode, output } = await run(step.command);
    const isPassed = exitCode === 0;
    return { isPassed, tests: isPassed ? NO_TESTS : { ...NO_TESTS, failed: 1 }, output };
  }
  const file = join(reports, `${step.project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { exitCode } = await run([...step.command, ...reporters], { live: true });
  const tests = existsSync(file)
    ? countTests(JSON.parse(readFileSync(file, 'utf8')) as TestReport)
    : NO_TESTS;
  // Vitest also fails for errors outside of any test; they must not end in "0 failed".
  const failed = exitCode === 0 ? tests.failed : Math.max(tests.failed, 1);
  return { isPassed: failed === 0, tests: { ...tests, failed }, output: '' };
}
