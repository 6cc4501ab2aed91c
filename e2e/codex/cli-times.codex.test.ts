import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithCodex } from './codex.js';
import { type CliRun, runCli } from './codex-cli.js';
import { ended, execCommand, printed, sessionOf, writeStdin } from './command-tools.js';
import { startReferenceServer } from './reference-server.js';
import type { Model } from './scripted-model.js';
import { startHoldfast } from './test-servers.js';
import { toolServer } from './tool-server.js';
import { prints, startWatchedLink, type WatchedLink } from './watched-link.js';

/** How often each scenario is timed on each server, in turn. */
const ROUNDS = 3;

interface Scenario extends Pick<CliRun, 'config'> {
  readonly name: string;
  readonly script: (model: Model, workspace: string, link: WatchedLink) => Promise<void>;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'ten short commands',
    async script(model) {
      for (let at = 0; at < 10; at += 1) {
        expect(await execCommand(model, { cmd: `echo ${at}; exit ${at}` })).toMatchObject({ exitCode: at });
      }
    },
  },
  {
    name: 'a long output, 23 MB',
    async script(model) {
      expect(await execCommand(model, { cmd: 'seq 1 3000000', max_output_tokens: 1000 })).toMatchObject({
        exitCode: 0,
      });
    },
  },
  {
    name: 'a dialogue on a terminal',
    async script(model) {
      const cmd = 'echo name?; read name; echo "hello $name"';
      const begun = await execCommand(model, { cmd, tty: true, yield_time_ms: 250 });
      const session_id = sessionOf(await printed(model, begun, 'name?'));
      const said = await ended(model, await writeStdin(model, { session_id, chars: 'you\n' }));
      expect(said.output).toContain('hello you');
    },
  },
  {
    name: 'an interrupt without a terminal',
    async script(model) {
      const cmd = 'trap "exit 9" INT; echo ready; while :; do sleep 0.05; done';
      const begun = await execCommand(model, { cmd, yield_time_ms: 250 });
      const session_id = sessionOf(await printed(model, begun, 'ready'));
      expect(await ended(model, await writeStdin(model, { session_id, chars: '\u0003' }))).toMatchObject({
        exitCode: 9,
      });
    },
  },
  {
    name: 'a patch of 20 files',
    async script(model) {
      const files = Array.from({ length: 20 }, (_, at) => `*** Add File: file-${at}\n+new\n`);
      const cmd = `apply_patch <<'EOF'\n*** Begin Patch\n${files.join('')}*** End Patch\nEOF\n`;
      expect(await model.callTool('exec_command', { cmd })).toContain('Success.');
    },
  },
  {
    name: 'a tool server, 5 letters and a million',
    config: toolServer,
    async script(model) {
      for (const count of [5, 1_000_000]) {
        expect((await model.callTool('letters', { count }, 'mcp__sized')).length).toBeGreaterThan(count);
      }
    },
  },
  {
    name: 'a link that is cut while a command prints for a second',
    async script(model, workspace, link) {
      writeFileSync(join(workspace, 'lines'), 'for i in $(seq 50); do echo line $i.; sleep 0.02; done\n');
      const running = execCommand(model, { cmd: 'sh lines', yield_time_ms: 30_000 });
      await link.seen('line 10', prints('line 10.'));
      link.cut();
      expect((await running).output).toMatch(/^line 1\.\n[^]*line 50\.\n$/);
    },
  },
];

describeWithCodex('the real CLI', () => {
  test('takes these times for whole runs on either server', { timeout: 300_000 }, async () => {
    await using ours = await startHoldfast();
    await using theirs = await startReferenceServer();
    const rows: string[] = [];
    for (const scenario of SCENARIOS) {
      const times: readonly [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round += 1) {
        times[0].push(await timeOf(scenario, ours.url));
        times[1].push(await timeOf(scenario, theirs.url));
      }
      const [mine, other] = times.map((all) => `${String(Math.round(median(all)))} ms`);
      rows.push(`| ${scenario.name} | ${String(other)} | ${String(mine)} |`);
    }
    console.log(['| run | reference | holdfast |', '|---|---|---|', ...rows].join('\n'));
    expect(rows).toHaveLength(SCENARIOS.length);
  });
});

async function timeOf({ script, name: _, ...run }: Scenario, url: string): Promise<number> {
  await using link = await startWatchedLink(url);
  const { exitCode, durationMs } = await runCli({
    ...run,
    url: link.url,
    script: (model, workspace) => script(model, workspace, link),
  });
  expect(exitCode).toBe(0);
  return durationMs;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
