// Tries the cases of the sandbox's inventory in other sandboxes too, and prints what came of each, side by side.
// Each is told of the same intent in its own words. Others are installed into the user's cache on first use; as only the user
// that runs this can read that, it alone is tried. Managed networks are not compared. The attempts do no harm where they succeed,
// as far as that is in their hands: better run this on a machine that nobody needs.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installCodex, installFromNpm } from '../e2e/codex/install.js';
import { lackOfSrt, SRT } from './bench/sandbox-runtime.js';
import { run } from './run.js';
import type { TestReport } from './test-counts.js';

const SUITES = ['must-work', 'terminals', 'file-escapes', 'processes', 'unix-sockets'];
const USER = process.getuid?.() === 0 ? "as 'root'" : "as 'this user'";
/** Not compared: what ours alone has a word for, and what it refuses although others may allow it. */
const OWN = /^(S12|W14|W36|W40b|no descriptor)/;
const SIGNS: Readonly<Record<string, string>> = { passed: '✓', failed: '✗' };

/** A sandbox that the cases are tried in. */
interface Contestant {
  readonly name: string;
  /** Names it to the tests; undefined for ours. */
  readonly named?: string;
}

/** What became of each case, by its name. */
type Results = ReadonlyMap<string, string>;

const contestants: readonly Contestant[] = [{ name: 'holdfast' }, ...others()];
const columns: Results[] = [];
for (const contestant of contestants) {
  console.error(`trying ${contestant.name}`);
  columns.push(await tryOut(contestant));
}
printTable();
process.exitCode = countOf(columns[0], 'failed') === 0 ? 0 : 1;

function others(): readonly Contestant[] {
  const codex = { name: 'codex', named: `codex:${installCodex()}` };
  const lack = lackOfSrt();
  if (lack === undefined) {
    return [codex, { name: `srt ${SRT.version}`, named: `srt:${installFromNpm(SRT)}` }];
  }
  console.error(`srt is left out: it needs ${lack} (apt-get install --yes socat ripgrep)`);
  return [codex];
}

async function tryOut({ named }: Contestant): Promise<Results> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  const file = join(folder, 'report.json');
  const suites = SUITES.map((name) => `packages/sandbox/src/inventory/${name}.test.ts`);
  const reporter = ['--reporter=json', `--outputFile=${file}`];
  try {
    await run(['vitest', 'run', '--project', 'unit', '-t', USER, ...reporter, ...suites], {
      env: { TMPDIR: folder, ...(named === undefined ? {} : { INVENTORY_SANDBOX: named }) },
    });
    return resultsOf(JSON.parse(readFileSync(file, 'utf8')) as TestReport);
  } finally {
    // Not every sandbox ends with whoever started it.
    endThoseIn(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends the processes whose temporary directory lies there. */
function endThoseIn(folder: string): void {
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      if (environment.includes(`TMPDIR=${folder}/`)) process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

function resultsOf({ testResults }: TestReport): Results {
  const cases = testResults.flatMap(({ assertionResults }) => assertionResults);
  return new Map(
    cases
      .filter(({ fullName }) => fullName.includes(USER))
      .map(
        ({ fullName, status }) =>
          [fullName.slice(fullName.indexOf(USER) + USER.length + 1).replaceAll('|', '/'), status] as const,
      )
      .filter(([name]) => !OWN.test(name)),
  );
}

function printTable(): void {
  const cases = [...new Set(columns.flatMap((results) => [...results.keys()]))].sort();
  const row = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);
  row(['case', ...contestants.map(({ name }) => name)]);
  row(['---', ...contestants.map(() => '---')]);
  for (const name of cases) {
    row([name, ...columns.map((results) => SIGNS[results.get(name) ?? ''] ?? '·')]);
  }
  row(['**as expected**', ...columns.map((results) => countOf(results, 'passed'))]);
  row(['**not as expected**', ...columns.map((results) => countOf(results, 'failed'))]);
}

function countOf(results: Results | undefined, status: string): number {
  return [...(results?.values() ?? [])].filter((one) => one === status).length;
}
