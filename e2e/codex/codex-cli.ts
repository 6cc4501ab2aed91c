import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { within } from '../deadline.js';
import { MARK_VARIABLE, noneMarked } from '../process-table.js';
import { requireCodex } from './codex.js';
import { watchOutside } from './outside-watch.js';
import { type Model, startScriptedModel } from './scripted-model.js';

/** How long one run of the CLI may take. */
const RUN_MS = 120_000;

/** A run of `codex exec` with one prompt. */
export interface CliRun {
  /** The exec server that its commands run on. */
  readonly url: string;
  /** Says what the model says. `workspace` is the directory that the CLI works in. */
  readonly script: (model: Model, workspace: string) => Promise<void>;
  /** Fills the directory that the CLI works in. */
  readonly prepare?: (workspace: string) => void;
  /** Further lines of the CLI's configuration, as TOML; tables only. */
  readonly config?: (workspace: string) => string;
  /** Features of the CLI that are switched on, beside those of every run. */
  readonly features?: readonly string[];
  /** Default: commands run without a sandbox. */
  readonly sandbox?: 'danger-full-access' | 'workspace-write' | 'read-only';
}

/** A command as the CLI reports it to its user. */
export interface CliCommand {
  readonly exitCode: number | null;
  readonly status: string;
  readonly output: string;
}

/** How a run ended. */
export interface CliOutcome {
  readonly exitCode: number | null;
  /** The commands in the order of their ends. */
  readonly commands: readonly CliCommand[];
  /** Whom the CLI tried to reach beyond loopback. */
  readonly outside: readonly string[];
  /** What it logged. */
  readonly log: string;
  /** From its start to its end. */
  readonly durationMs: number;
}

/** Directories of one run. All lie under one root, and the home not under its temporary directory: the CLI insists on that. */
interface Place {
  readonly home: string;
  readonly workspace: string;
  readonly temporary: string;
}

/**
 * Runs the real CLI in a home of its own, with a scripted model, to its end, and sees to it that nothing lives on.
 * @throws what the script throws.
 */
export async function runCli(run: CliRun): Promise<CliOutcome> {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-codex-'));
  const place = {
    home: join(root, 'home'),
    workspace: join(root, 'workspace'),
    temporary: join(root, 'tmp'),
  };
  for (const directory of Object.values(place)) mkdirSync(directory);
  try {
    return await runIn(place, run);
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function runIn(
  place: Place,
  { url, script, prepare, config, features = [], sandbox = 'danger-full-access' }: CliRun,
): Promise<CliOutcome> {
  await using outside = await watchOutside();
  await using model = await startScriptedModel((tools) => script(tools, place.workspace));
  prepare?.(place.workspace);
  const settings = `${configuration(model.baseUrl, features)}${config?.(place.workspace) ?? ''}`;
  writeFileSync(join(place.home, 'config.toml'), settings);
  const mark = randomUUID();
  const startedAt = performance.now();
  const child = spawn(
    requireCodex(),
    ['exec', '--json', '--ephemeral', '--skip-git-repo-check', '-s', sandbox, '-C', place.workspace, 'go'],
    {
      // A group of its own, so that nothing of it is missed when it has to be killed.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: place.home,
        CODEX_HOME: place.home,
        TMPDIR: place.temporary,
        CODEX_EXEC_SERVER_URL: url,
        [MARK_VARIABLE]: mark,
        ...outside.env,
      },
    },
  );
  try {
    const [stdout, log, exitCode] = await within('the end of the CLI', finished(child), RUN_MS);
    const durationMs = performance.now() - startedAt;
    await model.scriptEnd();
    return { exitCode, commands: commandsIn(stdout), outside: outside.asked, log, durationMs };
  } finally {
    kill(child);
    await noneMarked(mark);
  }
}

function configuration(baseUrl: string, features: readonly string[]): string {
  return `
model = "scripted"
model_provider = "scripted"
tool_output_token_limit = 1000000
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
base_url = ${JSON.stringify(baseUrl)}
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[analytics]
enabled = false

[features]
apps = false
plugins = ${String(features.includes('plugins'))}
${features
  .filter((name) => name !== 'plugins')
  .map((name) => `${name} = true\n`)
  .join('')}`;
}

async function finished(
  child: ChildProcessByStdio<null, Readable, Readable>,
): Promise<[stdout: string, log: string, exitCode: number | null]> {
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [stdout, log, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return [stdout, log, exitCode];
}

function kill({ pid }: { readonly pid?: number | undefined }): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

interface CliEvent {
  readonly type: string;
  readonly item?: {
    readonly type: string;
    readonly exit_code: number | null;
    readonly status: string;
    readonly aggregated_output: string;
  };
}

function commandsIn(stdout: string): CliCommand[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CliEvent)
    .flatMap(({ type, item }) =>
      type === 'item.completed' && item?.type === 'command_execution'
        ? [{ exitCode: item.exit_code, status: item.status, output: item.aggregated_output }]
        : [],
    );
}
