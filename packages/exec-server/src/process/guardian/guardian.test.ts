import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../clock.js';
import { TEST_ENV } from '../spawn/testing/recording.js';
import { COOKIE_VARIABLE } from './cookie.js';
import { createGuardian, type GuardianFailure } from './guardian.js';
import { isLiving, type SeenProcess, seeProcess } from './testing/living-process.js';

const onLinux = process.platform === 'linux';
const WAIT = { timeout: 15_000, interval: 5 };
const GONE_WITHIN_MS = 2000;
const TSX = createRequire(import.meta.url).resolve('tsx');
const PROGRAM = fileURLToPath(new URL('./testing/doomed-server.ts', import.meta.url));

/** What a script prints for each process that must die with the server. */
const SAY = 'echo pid $$;';
const REST = `${SAY} exec sleep 300`;

interface Shape {
  readonly name: string;
  readonly script: string;
  readonly pids: number;
}

const SHAPES: readonly Shape[] = [
  { name: 'a plain child', script: REST, pids: 1 },
  {
    name: 'a child that ignores signals',
    script: `trap '' TERM HUP INT; ${SAY} while :; do sleep 0.2; done`,
    pids: 1,
  },
  { name: 'a stopped child', script: `${SAY} kill -STOP $$`, pids: 1 },
  {
    name: 'both ends of a pipe',
    script: `sh -c 'echo pid $$ >&2; exec sleep 300' | sh -c '${REST}'`,
    pids: 2,
  },
  { name: 'a background child of one that ended', script: `sh -c '${REST}' &`, pids: 1 },
  { name: 'one without environment, in the group', script: `env -i /bin/sh -c '${REST}' & wait`, pids: 1 },
  {
    name: 'one without environment, in the group of a leader that ended',
    script: `env -i /bin/sh -c '${REST}' &`,
    pids: 1,
  },
  {
    name: 'one without environment, in another group of the session',
    script: `bash -c 'set -m; env -i /bin/sh -c "echo pid \\$\\$; exec sleep 300" & wait'`,
    pids: 1,
  },
  {
    name: 'one without environment, in another session, whose parent lives',
    script: `setsid env -i /bin/sh -c '${REST}' & wait`,
    pids: 1,
  },
  { name: 'a daemon in another session', script: `setsid sh -c '${REST}' &`, pids: 1 },
  {
    name: 'a daemon that forked twice',
    script: `setsid sh -c "sh -c '${REST.replaceAll('$', '\\$')}' &" &`,
    pids: 1,
  },
  {
    name: 'a name that looks like the end of a line of the table',
    script: `printf 'x) R 1 1 1\\n' > /proc/$$/comm; ${SAY} read -r never < /dev/zero`,
    pids: 1,
  },
  {
    name: 'one that forks without rest',
    script: `${SAY} setsid sh -c '${SAY} while :; do sh -c "sleep 0.01"; done' & wait`,
    pids: 2,
  },
];

interface Doomed {
  readonly server: ChildProcess;
  readonly pids: readonly number[];
  readonly guardianPid: number;
  readonly cookie: string;
  /** Everything it printed so far. */
  readonly text: () => string;
}

let directory: string;
const started: ChildProcess[] = [];
const seen = new Map<number, SeenProcess>();

// Starting a TypeScript program takes seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'guardian-test-'));
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await gone([...seen.keys()]);
  seen.clear();
  rmSync(directory, { recursive: true });
});

/** Starts the small server and waits until it and all that its scripts start have told their numbers. */
async function doom(shapes: readonly Shape[], env: NodeJS.ProcessEnv = {}): Promise<Doomed> {
  const args = ['--import', TSX, '--conditions', 'source', PROGRAM, directory];
  const server = spawn(process.execPath, [...args, ...shapes.map(({ script }) => script)], {
    env: { ...TEST_ENV, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(server);
  let text = '';
  server.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const expected = shapes.reduce((sum, { pids }) => sum + pids, 0);
  return vi.waitFor(() => {
    const pids = [...text.matchAll(/^pid (\d+)$/gm)].map((match) => Number(match[1]));
    const guardianPid = Number(/^guardian (\d+)$/m.exec(text)?.[1]);
    const cookie = /^cookie (.+)$/m.exec(text)?.[1] ?? '';
    expect(pids).toHaveLength(expected);
    expect(cookie).not.toBe('');
    for (const pid of [...pids, guardianPid]) remember(pid);
    return { server, pids, guardianPid, cookie, text: () => text };
  }, WAIT);
}

/** Notes who has this number now. */
function remember(pid: number): void {
  if (!seen.has(pid)) seen.set(pid, seeProcess(pid));
}

function living(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    const process = seen.get(pid);
    return process !== undefined && isLiving(process);
  });
}

async function gone(pids: readonly number[], timeout = WAIT.timeout): Promise<void> {
  await vi.waitFor(
    () => {
      expect(living(pids)).toEqual([]);
    },
    { timeout, interval: 5 },
  );
}

/** Starts somebody of whom the server knows nothing. */
function stranger(env: NodeJS.ProcessEnv): number {
  const child = spawn('sleep', ['300'], { env: { ...TEST_ENV, ...env }, stdio: 'ignore' });
  started.push(child);
  remember(child.pid ?? -1);
  return child.pid ?? -1;
}

test.runIf(onLinux)('nothing that a killed server started lives on, and nobody else is touched', async () => {
  const strangers = [stranger({}), stranger({ [COOKIE_VARIABLE]: 'of-another-server' })];
  const { server, pids, guardianPid } = await doom(SHAPES);
  expect(living(pids)).toEqual(pids);
  server.kill('SIGKILL');
  await gone(pids, GONE_WITHIN_MS);
  await gone([guardianPid]);
  expect(living(strangers)).toEqual(strangers);
});

test.runIf(onLinux)('a server that ends in order leaves everything as it is', async () => {
  const { server, pids, guardianPid } = await doom(SHAPES.slice(0, 6));
  server.kill('SIGTERM');
  await gone([guardianPid]);
  expect(living(pids)).toEqual(pids);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
});

test.runIf(onLinux)('a guardian that was killed is replaced, and its heir knows everything', async () => {
  const { server, pids, guardianPid, text } = await doom(SHAPES.slice(0, 6));
  process.kill(guardianPid, 'SIGKILL');
  const heir = await vi.waitFor(() => {
    server.kill('SIGUSR2');
    const last = Number([...text().matchAll(/^guardian (\d+)$/gm)].at(-1)?.[1]);
    expect(last).toBeGreaterThan(0);
    expect(last).not.toBe(guardianPid);
    return last;
  }, WAIT);
  remember(heir);
  expect(text()).toContain('failure it was ended by SIGKILL');
  server.kill('SIGKILL');
  await gone(pids, GONE_WITHIN_MS);
});

test.runIf(onLinux)('signals that end a server do not end its guardian', async () => {
  const { server, pids, guardianPid } = await doom(SHAPES.slice(0, 1));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.kill(guardianPid, signal);
  server.kill('SIGKILL');
  await gone(pids, GONE_WITHIN_MS);
});

test.runIf(onLinux)('a server inside a server keeps the mark of the outer one', async () => {
  const outer = '00000000-0000-4000-8000-000000000000';
  const { server, cookie, pids } = await doom(SHAPES.slice(0, 1), { [COOKIE_VARIABLE]: outer });
  expect(cookie).toMatch(/^00000000-0000-4000-8000-000000000000:[0-9a-f-]{36}$/);
  server.kill('SIGKILL');
  await gone(pids, GONE_WITHIN_MS);
});

test('a guardian that dies again and again is replaced, in the end once a minute', async () => {
  const failures: GuardianFailure[] = [];
  const clock: Clock = {
    ...systemClock,
    now: () => 0,
    after: (_delayMs, run) => systemClock.after(0, run),
  };
  const guardian = createGuardian({ cookie: 'none', clock, onFailure: (failure) => failures.push(failure) });
  // Whoever is started gets killed.
  await vi.waitFor(() => {
    if (guardian.pid !== undefined) process.kill(guardian.pid, 'SIGKILL');
    expect(failures).toHaveLength(8);
  }, WAIT);
  const reason = 'it was ended by SIGKILL';
  expect(failures).toEqual(
    [0, 500, 500, 500, 500, 60_000, 60_000, 60_000].map((restartInMs) => ({ reason, restartInMs })),
  );
  await vi.waitFor(() => {
    expect(guardian.pid).toBeGreaterThan(0);
  }, WAIT);
  await guardian.close();
});
