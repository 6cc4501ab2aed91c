import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { eventually, within } from '../deadline.js';
import { spawnHoldfast } from '../harness.js';
import { namingProcesses } from '../process-table.js';
import { dialWebSocket } from '../raw-client.js';
import { startParams } from '../runs.js';
import { sandboxOf, sandboxPlace, WORKSPACE_WRITE } from './sandbox-profiles.js';
import { describeConfinedByEach } from './sandbox-users.js';

vi.setConfig({ testTimeout: 240_000 });

/** When a program that sets a sandbox up is killed, counted from the first sight of its wrapper. */
interface Moment {
  readonly afterMs: number;
  /** Whether it does nothing more until then, so that the wrapper waits for it in the midst of its set-up. */
  readonly isStopped: boolean;
}

const MOMENTS: readonly Moment[] = [
  ...[0, 20, 100].map((afterMs) => ({ afterMs, isStopped: true })),
  ...[0, 8, 16, 24, 40].map((afterMs) => ({ afterMs, isStopped: false })),
];

async function killAt({ afterMs, isStopped }: Moment, program: ChildProcess, word: string): Promise<void> {
  const ended = once(program, 'exit');
  await eventually(
    'the wrapper',
    () => namingProcesses(word).some(({ pid }) => pid !== program.pid) || undefined,
  );
  if (isStopped) program.kill('SIGSTOP');
  await sleep(afterMs);
  program.kill('SIGKILL');
  await within('the end of what was killed', ended);
}

describeConfinedByEach(
  ({ name }) => `a set-up of ${name} that is killed`,
  (user) => {
    const { uid } = user;

    test('leaves nothing of holdfast sandbox, or what the next one removes', async () => {
      await using place = await sandboxPlace(user);
      const temporary = join(place.path, 'temporary');
      mkdirSync(temporary, { mode: 0o700 });
      if (uid !== undefined) chownSync(temporary, uid, uid);
      const run = (...argv: readonly string[]): ReturnType<typeof spawnHoldfast> => {
        const env = { ...place.server.env, TMPDIR: temporary };
        const args = ['sandbox', '--write', place.workspace, '--', ...argv];
        const child = spawnHoldfast(args, env, place.server.confinement);
        child.stdout.resume();
        child.stderr.resume();
        return child;
      };
      const mark = randomUUID();
      for (const [at, moment] of MOMENTS.entries()) {
        const word = `${mark}-${String(at)}`;
        await killAt(moment, run('sh', '-c', `sleep 300; : ${word}`), word);
      }
      await eventually('the end of all', () => namingProcesses(mark).length === 0 || undefined);
      const [code] = (await within('the next one', once(run('true'), 'exit'))) as [number];
      expect([code, readdirSync(place.workspace), readdirSync(temporary)]).toEqual([0, [], []]);
    });

    test('leaves nothing of a start on a server', async () => {
      await using place = await sandboxPlace(user);
      const mark = randomUUID();
      for (const [at, moment] of MOMENTS.entries()) {
        const word = `${mark}-${String(at)}`;
        const env = { TMPDIR: join(place.path, 'run'), ...place.server.env };
        const server = spawnHoldfast(['serve', '--no-auth'], env, place.server.confinement);
        server.stderr.resume();
        const [line] = (await within('the URL', once(server.stdout, 'data'))) as [Buffer];
        const client = await dialWebSocket(line.toString().trim());
        await client.initialize();
        const start = startParams(client, 'p', ['/bin/sh', '-c', `sleep 300; : ${word}`], {
          cwd: pathToFileURL(place.workspace).href,
          sandbox: sandboxOf(WORKSPACE_WRITE, place),
        });
        // Only at the later points it has an answer.
        client.request('process/start', start).catch(() => undefined);
        await killAt(moment, server, word);
        await client[Symbol.asyncDispose]();
      }
      await eventually('the end of all', () => namingProcesses(mark).length === 0 || undefined);
    });
  },
);
