import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runBare, TRUE } from './bare.js';
import type { Contestant } from './contestant.js';
import { figures, median, percentile, row, times } from './figures.js';
import { at, sandboxIn, special } from './intents.js';
import { lackOfSrt, startSandboxRuntime } from './sandbox-runtime.js';

/** Outside of /tmp, which is a root of its own in what the Codex CLI asks for. */
const PLACE = '/var/tmp';

const ROUNDS = 20;
const RUNS_PER_ROUND = 5;
const PROTECTED_PATHS = 100;

/** Where the cheapest program runs, and what it may do there. */
interface Situation {
  readonly what: string;
  readonly workspace: string;
  /** What may be written besides. */
  readonly shared: readonly string[];
  /** Directories of the workspace that may not. */
  readonly readOnly: readonly string[];
}

/**
 * What a sandbox costs: the cheapest program in one, beside bubblewrap called by child_process with the same freedoms. With
 * others in the run, srt is one of them where it finds what it needs.
 */
export async function benchSandbox(all: readonly Contestant[]): Promise<void> {
  const workspace = mkdtempSync(path.join(PLACE, 'holdfast-bench-'));
  try {
    await compare(all, { what: 'a workspace', workspace, shared: [], readOnly: [] });
    const size = `${String(readdirSync('/tmp').length)} entries in /tmp`;
    await compare(all, { what: `a workspace and /tmp (${size})`, workspace, shared: ['/tmp'], readOnly: [] });
    const readOnly = Array.from({ length: PROTECTED_PATHS }, (_, n) =>
      path.join(workspace, `kept-${String(n)}`),
    );
    for (const directory of readOnly) mkdirSync(directory);
    const what = `a workspace with ${String(PROTECTED_PATHS)} protected paths`;
    await compare(all, { what, workspace, shared: [], readOnly });
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

async function compare(all: readonly Contestant[], situation: Situation): Promise<void> {
  const { what, workspace, shared, readOnly } = situation;
  const entries = [
    special('project_roots'),
    ...shared.map((directory) => at(directory, 'write')),
    ...readOnly.map((directory) => at(directory, 'read')),
  ];
  const sandbox = sandboxIn(workspace, entries);
  const runs: Record<string, () => Promise<unknown>> = Object.fromEntries(
    all.map(({ server, client }) => [server.name, () => client.run([TRUE], { sandbox })]),
  );
  runs['bare bwrap'] = () => runBare(['bwrap', ...bareFlags(situation), '--', TRUE]);
  await using srt = all.length > 1 && lackOfSrt() === undefined ? await startSrt(situation) : undefined;
  if (srt !== undefined) runs['srt'] = () => srt.run(TRUE);
  const first: Record<string, number> = {};
  for (const [name, run] of Object.entries(runs)) [first[name] = Number.NaN] = await times(1, run);
  const taken: Record<string, number[]> = {};
  for (const run of Object.values(runs)) await times(RUNS_PER_ROUND, run);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      (taken[name] ??= []).push(...(await times(RUNS_PER_ROUND, run)));
    }
  }
  console.log(row(`sandboxed, ${what}: the first`, first, 'ms'));
  console.log(row(`sandboxed, ${what}: p50`, figures(taken, median), 'ms'));
  console.log(
    row(
      `sandboxed, ${what}: p95`,
      figures(taken, (one) => percentile(one, 95)),
      'ms',
    ),
  );
}

function startSrt({ workspace, shared, readOnly }: Situation): ReturnType<typeof startSandboxRuntime> {
  return startSandboxRuntime([workspace, ...shared], { denyWrite: readOnly });
}

function bareFlags({ workspace, shared, readOnly }: Situation): readonly string[] {
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net'],
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--cap-drop', 'ALL'],
    ...[...shared, workspace].flatMap((directory) => ['--bind', directory, directory]),
    ...readOnly.flatMap((directory) => ['--ro-bind', directory, directory]),
    '--die-with-parent',
  ];
}
