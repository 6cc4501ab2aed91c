// Everything that CI runs, in its order. Stops at the first step that fails and names it.
// The last line is the count of tests, alone, so that other programs can read it.
//
// Tests of real processes compete for the machine with whatever else it does. A few that fail are run once more, by
// themselves, and what passes then is named at the end: it is a test to mend, not a reason to hold everything up.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';
import { STRAY_ERRORS_FILE } from './stray-errors.js';
import type { TestCounts, TestReport } from './test-counts.js';
import {
  addCounts,
  afterSecondRun,
  countTests,
  failedFiles,
  filesOfSecondRun,
  NO_TESTS,
  summaryLine,
} from './test-counts.js';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** What it says matters also when it passes. */
  readonly isHeard?: boolean;
  /** The vitest project that this step runs; its tests are counted. */
  readonly project?: string;
  /** Its tests depend on nothing but the code: one that fails is not run again. */
  readonly isDeterministic?: boolean;
}

/** What only reads the sources; one core each. */
const LINT_AND_TYPES: readonly Step[] = [
  { name: 'lint', command: ['eslint', '.', '--max-warnings', '0'] },
  { name: 'types', command: ['tsc', '-b'] },
];

/** The same of modules and exports. */
const MODULES: readonly Step[] = [
  {
    name: 'dependency direction',
    command: ['depcruise', 'packages', 'simulation', 'e2e', 'scripts', '--config', '.dependency-cruiser.cjs'],
  },
  { name: 'dead code', command: ['knip'] },
];

/** What only reads the build. */
const PACKAGES: readonly Step[] = [
  { name: 'packed packages', command: ['tsx', 'scripts/check-packages.ts'] },
  { name: 'public surface', command: ['tsx', 'scripts/check-api.ts'] },
];

/** The CLI itself on our server. What compares and measures takes minutes more, and runs with `npm run codex`. */
const CODEX_SUITES: readonly string[] = [
  'commands',
  'projects',
  'capabilities',
  'sandbox',
  'network',
  'resume',
].map((name) => `e2e/codex/cli-${name}.codex.test.ts`);

/** Steps in their order; those of a list run beside each other. */
const STEPS: readonly (Step | readonly Step[])[] = [
  { name: 'format', command: ['biome', 'ci', '--colors=off', '.'] },
  LINT_AND_TYPES,
  MODULES,
  { name: 'bubblewrap', command: ['tsx', 'scripts/install-bubblewrap.ts'], isHeard: true },
  { name: 'unit tests', command: ['vitest', 'run', '--project', 'unit'], project: 'unit' },
  {
    name: 'simulation',
    command: ['vitest', 'run', '--project', 'simulation'],
    project: 'simulation',
    isDeterministic: true,
  },
  { name: 'build', command: [process.execPath, 'scripts/setup.mjs'] },
  PACKAGES,
  { name: 'e2e tests', command: ['vitest', 'run', '--project', 'e2e'], project: 'e2e' },
  {
    name: 'the real Codex CLI',
    command: ['vitest', 'run', '--project', 'codex', ...CODEX_SUITES],
    project: 'codex',
  },
  { name: 'generated schema and docs', command: ['npm', 'run', '--silent', 'schema:check'] },
];

const passedOnSecondRun: string[] = [];
const reports = mkdtempSync(join(tmpdir(), 'holdfast-check-'));
try {
  const { counts, failedStep } = await runSteps();
  console.log(failedStep === undefined ? '\nall checks passed' : `\nfailed: ${failedStep}`);
  if (passedOnSecondRun.length > 0) {
    console.log(`passed only by themselves, to be mended:\n  ${passedOnSecondRun.join('\n  ')}`);
  }
  console.log(summaryLine(counts));
  process.exitCode = failedStep === undefined ? 0 : 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}

async function runSteps(): Promise<{ counts: TestCounts; failedStep: string | undefined }> {
  let counts = NO_TESTS;
  for (const stage of STEPS) {
    const steps = 'name' in stage ? [stage] : stage;
    const results = await Promise.all(steps.map(reportStep));
    counts = results.reduce((sum, { tests }) => addCounts(sum, tests), counts);
    const failed = steps.filter((_, at) => results[at]?.isPassed !== true).map(({ name }) => name);
    if (failed.length > 0) return { counts, failedStep: failed.join(', ') };
  }
  return { counts, failedStep: undefined };
}

interface StepResult {
  readonly isPassed: boolean;
  readonly tests: TestCounts;
  readonly output: string;
}

/** Runs a step and tells how it went. */
async function reportStep(step: Step): Promise<StepResult> {
  const startedAt = performance.now();
  const result = await runStep(step);
  const { isPassed, output } = result;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${isPassed ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`);
  if (output !== '' && (!isPassed || step.isHeard === true)) console.log(output.trimEnd());
  return result;
}

async function runStep(step: Step): Promise<StepResult> {
  if (step.project === undefined) {
    const { exitCode, output } = await run(step.command);
    const isPassed = exitCode === 0;
    return { isPassed, tests: isPassed ? NO_TESTS : { ...NO_TESTS, failed: 1 }, output };
  }
  const first = await runTests(step.command, step.project);
  const failed = first.report === undefined ? { files: [], tests: [] } : failedFiles(first.report);
  const again = step.isDeterministic === true ? [] : filesOfSecondRun(failed, first.strayErrors);
  if (again.length === 0) return { isPassed: first.counts.failed === 0, tests: first.counts, output: '' };
  console.log(`\nonce more, by themselves: ${again.join(' ')}`);
  const alone = [...step.command, '--no-file-parallelism', ...again];
  const second = await runTests(alone, step.project);
  const tests = afterSecondRun(first.counts, second.counts);
  if (tests.failed === 0) passedOnSecondRun.push(...failed.tests);
  return { isPassed: tests.failed === 0, tests, output: '' };
}

interface TestRun {
  readonly counts: TestCounts;
  readonly report: TestReport | undefined;
  /** The files that ran while an error happened outside of any test; null where none ran. */
  readonly strayErrors: readonly (string | null)[];
}

async function runTests(command: readonly string[], project: string): Promise<TestRun> {
  const file = join(reports, `${project}.json`);
  const strayFile = join(reports, `${project}-stray.json`);
  for (const one of [file, strayFile]) rmSync(one, { force: true });
  const strayReporter = join(import.meta.dirname, 'stray-errors.ts');
  const reporters = ['default', 'json', strayReporter].map((name) => `--reporter=${name}`);
  const { exitCode } = await run([...command, ...reporters, `--outputFile.json=${file}`], {
    live: true,
    env: { [STRAY_ERRORS_FILE]: strayFile },
  });
  const report = read(file) as TestReport | undefined;
  // Without a word from it, something else went wrong.
  const strayErrors = (read(strayFile) as TestRun['strayErrors'] | undefined) ?? [null];
  const counts = report === undefined ? NO_TESTS : countTests(report);
  // Vitest also fails for errors outside of any test; they must not end in "0 failed".
  const failed = exitCode === 0 ? counts.failed : Math.max(counts.failed, 1);
  return { counts: { ...counts, failed }, report, strayErrors };
}

function read(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
