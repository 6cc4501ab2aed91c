// Seeds known bugs into a copy of the cores, one at a time, and tells after how many schedules the simulation finds each.
// npm run mutate -- [--runs N] [--save] [part of a bug's name]
// With --save the smallest schedule that shows a bug is written to simulation/regressions.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTATIONS, type Mutation, scheduleOf } from './mutations.js';

/** What the hunt for one bug came to. */
interface Hunted {
  readonly played: number;
  readonly message?: string;
  readonly scenario?: unknown;
}

const ROOT = join(import.meta.dirname, '../..');
const COPIED = ['packages', 'simulation', 'package.json', 'tsconfig.base.json'];
const LEFT_OUT = new Set(['dist', '.types']);

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '20000' }, save: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [part = ''] = positionals;

const copy = mkdtempSync(join(tmpdir(), 'holdfast-mutate-'));
try {
  for (const name of COPIED) {
    const filter = (source: string): boolean => !LEFT_OUT.has(basename(source));
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, verbatimSymlinks: true, filter });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const missed = MUTATIONS.filter(({ bug }) => bug.includes(part)).filter((mutation) => !isFound(mutation));
  if (missed.length > 0) process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function isFound(mutation: Mutation): boolean {
  const { bug, file, find, replace } = mutation;
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  const { played, message, scenario } = runHunt(values.runs, ...(values.save ? ['shrink'] : []));
  writeFileSync(path, source);
  if (message === undefined) {
    console.log(`| ${bug} | not in ${played} |`);
    return false;
  }
  const schedule = JSON.stringify(scenario);
  writeFileSync(join(copy, 'found.json'), schedule);
  const { message: without } = runHunt('play', 'found.json');
  if (without !== undefined) {
    console.log(`| ${bug} | ${played}, but that goes wrong without the bug: ${without} |`);
    return false;
  }
  console.log(`| ${bug} | ${played} | ${message} |`);
  if (values.save) writeFileSync(scheduleOf(mutation), schedule);
  return true;
}

function runHunt(...args: readonly string[]): Hunted {
  const command = ['--conditions', 'source', 'simulation/mutations/hunt.ts', ...args];
  const { stdout, stderr } = spawnSync('tsx', command, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`the hunt failed: ${stderr}`);
  return JSON.parse(last) as Hunted;
}
