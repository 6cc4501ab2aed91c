import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { within } from '../deadline.js';
import { descendants, survivors } from '../process-table.js';
import { requireCodex } from './codex.js';

/** A real `codex exec-server`. Disposing of it sends SIGTERM, and fails if it leaves a process. */
export interface ReferenceServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/** Starts the real server in a home of its own and waits for its URL. */
export async function startReferenceServer(
  extra: Readonly<Record<string, string>> = {},
): Promise<ReferenceServer> {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-codex-'));
  // With its home below this one the server finds no launcher for its sandboxes.
  const temporary = join(root, 'tmp');
  mkdirSync(temporary);
  const child = spawn(requireCodex(), ['exec-server', '--listen', 'ws://127.0.0.1:0'], {
    // A group of its own, so that nothing of it is missed when it has to be killed.
    detached: true,
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], HOME: root, CODEX_HOME: root, TMPDIR: temporary, ...extra },
  });
  const pid = child.pid ?? 0;
  const ended = once(child, 'exit');
  const kill = (): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL');
  };
  process.once('exit', kill);
  const [url] = (await within(
    'the URL of the reference server',
    once(createInterface(child.stdout), 'line'),
  )) as [string];
  return {
    url,
    pid,
    async [Symbol.asyncDispose]() {
      const started = descendants(pid);
      child.kill('SIGTERM');
      await within('the end of the reference server', ended).finally(kill);
      process.off('exit', kill);
      rmSync(root, { recursive: true, force: true });
      expect(survivors(started)).toEqual([]);
    },
  };
}
