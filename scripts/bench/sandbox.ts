import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runBare, TRUE } from './bare.js';
import type { Contestant } from './contestant.js';
import { figures, median, row, times } from './figures.js';

/** Outside of /tmp, which is a root of its own in what the Codex CLI asks for. */
const PLACE = '/var/tmp';

const ROUNDS = 20;
const RUNS_PER_ROUND = 5;

/** What a sandbox costs: the cheapest program in one, beside bubblewrap called by child_process with the same freedoms. */
export async function benchSandbox(all: readonly Contestant[]): Promise<void> {
  const workspace = mkdtempSync(path.join(PLACE, 'holdfast-bench-'));
  try {
    await compare('a workspace', all, workspace, [entry('project_roots')], []);
    const shared = [entry('project_roots'), entry('slash_tmp')];
    const size = `${String(readdirSync('/tmp').length)} entries in /tmp`;
    await compare(`a workspace and /tmp (${size})`, all, workspace, shared, ['/tmp']);
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

async function compare(
  what: string,
  all: readonly Contestant[],
  workspace: string,
  writable: readonly object[],
  writablePaths: readonly string[],
): Promise<void> {
  const uri = pathToFileURL(workspace).href;
  const sandbox = {
    permissions: {
      type: 'managed',
      file_system: { type: 'restricted', entries: [entry('root', 'read'), ...writable] },
      network: 'restricted',
    },
    cwd: uri,
    workspaceRoots: [uri],
    windowsSandboxLevel: 'disabled',
  };
  const runs: Record<string, () => Promise<unknown>> = Object.fromEntries(
    all.map(({ server, client }) => [server.name, () => client.run([TRUE], { sandbox })]),
  );
  const binds = [...writablePaths, workspace].flatMap((at) => ['--bind', at, at]);
  runs['bare bwrap'] = () => runBare(['bwrap', ...BARE, ...binds, '--die-with-parent', '--', TRUE]);
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
}

const BARE = [
  ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net'],
  ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--cap-drop', 'ALL'],
];

function entry(kind: string, access = 'write'): object {
  return { path: { type: 'special', value: { kind } }, access };
}
