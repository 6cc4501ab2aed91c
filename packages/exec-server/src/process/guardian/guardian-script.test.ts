import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTimeOf } from '../spawn/group/process-tree.js';
import { canHaveLongEnvironment, longEnvironment } from '../spawn/testing/long-environment.js';
import { TEST_ENV } from '../spawn/testing/recording.js';
import { COOKIE_VARIABLE, createCookie } from './cookie.js';
import { GUARDIAN_SCRIPT } from './guardian-script.js';
import { isLiving, seeProcess } from './testing/living-process.js';

const onLinux = process.platform === 'linux';
const WAIT = { timeout: 10_000, interval: 5 };
const HOUR = 'exec sleep 3600';

/** One of each kind; each says what it is and its number. */
const FAMILY = `
  echo leader $$
  env -i /bin/sh -c 'echo member $$; ${HOUR}' &
  setsid env -i /bin/sh -c 'echo stray $$; ${HOUR}' &
  sh -c "setsid sh -c 'echo daemon \\$\\$; ${HOUR}' &"
  wait`;
const KINDS = ['daemon', 'leader', 'member', 'stray'] as const;

let directory: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'guardian-script-test-'));
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(directory, { recursive: true });
});

interface Family {
  readonly leaderPid: number;
  /** The kinds that still live. */
  living(): string[];
  /** Ends what is left. */
  end(): void;
}

async function startFamily(cookie: string): Promise<Family> {
  const child = spawn('sh', ['-c', FAMILY], {
    detached: true,
    env: { ...TEST_ENV, [COOKIE_VARIABLE]: cookie },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const members = await vi.waitFor(() => {
    const found = [...text.matchAll(/^([a-z]+) (\d+)$/gm)].map(([, kind = '', pid]) => ({
      kind,
      pid: Number(pid),
    }));
    expect(found.map(({ kind }) => kind).toSorted()).toEqual(KINDS);
    return found.map(({ kind, pid }) => ({ kind, ...seeProcess(pid) }));
  }, WAIT);
  const living = () => members.filter(isLiving);
  return {
    leaderPid: child.pid ?? -1,
    living: () =>
      living()
        .map(({ kind }) => kind)
        .toSorted(),
    end: () => {
      for (const { pid } of living()) process.kill(pid, 'SIGKILL');
    },
  };
}

interface Run {
  readonly shell?: readonly string[];
  readonly path?: string;
  readonly script?: string;
}

/** Runs the script on these lines and returns its exit code. */
async function guard(lines: string, run: Run = {}): Promise<number | null> {
  const [shell = 'sh', ...flags] = run.shell ?? ['sh'];
  const child = spawn(`/bin/${shell}`, [...flags, '-c', run.script ?? GUARDIAN_SCRIPT], {
    detached: true,
    env: { PATH: run.path ?? TEST_ENV['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  const input = child.stdio[3];
  if (!(input instanceof Socket)) throw new Error('the guardian has no input');
  input.end(lines);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** A directory for PATH in which this program is found before the real one. */
function standIn(name: string, text: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return `${directory}:${TEST_ENV['PATH'] ?? ''}`;
}

function registration(family: Family): string {
  return `+ ${family.leaderPid} ${startTimeOf(family.leaderPid) ?? ''}\n`;
}

vi.setConfig({ testTimeout: 30_000 });

const SHELLS = ['sh', 'dash', 'bash --posix', 'busybox sh', 'ksh', 'mksh', 'yash'].filter((shell) =>
  existsSync(`/bin/${shell.split(' ', 1).join()}`),
);

test.runIf(onLinux).each(SHELLS)('everybody is found by %s', async (shell) => {
  const cookie = createCookie(undefined);
  const family = await startFamily(cookie.value);
  await guard(`${cookie.own}\n${registration(family)}`, { shell: shell.split(' ') });
  expect(family.living()).toEqual([]);
});

test.runIf(onLinux)('everybody is found where grep sees no further than the first NUL', async () => {
  const cookie = createCookie(undefined);
  const family = await startFamily(cookie.value);
  const blind = standIn('grep', 'sed \'s/\\x00.*//\' | /bin/grep "$@"');
  await guard(`${cookie.own}\n${registration(family)}`, { path: blind });
  expect(family.living()).toEqual([]);
});

test.runIf(onLinux)('everybody is found where the system does not tell where environments are', async () => {
  const cookie = createCookie(undefined);
  const family = await startFamily(cookie.value);
  const script = GUARDIAN_SCRIPT.replace('"\${48}/\${49}"', '0/0');
  await guard(`${cookie.own}\n${registration(family)}`, { script });
  expect(family.living()).toEqual([]);
});

test.runIf(onLinux)('the sessions on the list are ended before any environment is looked at', async () => {
  const cookie = createCookie(undefined);
  const family = await startFamily(cookie.value);
  const waiting = standIn(
    'head',
    `while [ -e /proc/${family.leaderPid}/exe ]; do :; done; exec /bin/head "$@"`,
  );
  await guard(`${cookie.own}\n${registration(family)}`, { path: waiting });
  expect(family.living()).toEqual([]);
});

test.runIf(canHaveLongEnvironment)(
  'a carrier is found however long it has made its environment',
  async () => {
    const cookie = createCookie(undefined);
    const [program = '', ...args] = longEnvironment(2 ** 40, `${COOKIE_VARIABLE}=${cookie.value}`);
    const child = spawn(program, args, { env: TEST_ENV, stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    await once(child.stdout, 'data');
    // Who reads all of it comes to the end of this memory, and not of the machine's.
    const script = `ulimit -v 1000000\n${GUARDIAN_SCRIPT}`;
    await guard(`${cookie.own}\n`, { script });
    await vi.waitFor(() => {
      expect(child.signalCode).toBe('SIGKILL');
    }, WAIT);
  },
);

test.runIf(onLinux)('everybody is found where there is no /proc', async () => {
  const cookie = createCookie(undefined);
  const family = await startFamily(cookie.value);
  // The ps of macOS shows environments with -E, that of Linux with e.
  const macPs = standIn(
    'ps',
    'case $1 in -axEww) exec /bin/ps axeww -o pid=,command= ;; esac\nexec /bin/ps "$@"',
  );
  const script = GUARDIAN_SCRIPT.replaceAll('/proc/', '/nowhere/');
  await guard(`${cookie.own}\n+ ${family.leaderPid} ?\n`, { path: macPs, script });
  expect(family.living()).toEqual([]);
});

test.runIf(onLinux)('without a single program the sessions on the list are ended', async () => {
  const cookie = createCookie(undefined);
  const family = await startFamily(cookie.value);
  await guard(`${cookie.own}\n${registration(family)}`, { path: directory });
  expect(family.living()).toEqual(['daemon', 'stray']);
  family.end();
});

test.runIf(onLinux)(
  'a line that was cut off by the death of the server is not taken for a whole one',
  async () => {
    const family = await startFamily('of-somebody-else');
    await guard(`no-such-cookie\n${registration(family).trimEnd()}`);
    expect(family.living()).toEqual(KINDS);
    family.end();
  },
);

test.runIf(onLinux).each([
  ['who took the number of an ended session', (family: Family) => `+ ${family.leaderPid} 1\n`],
  ['whose leader had gone before it was put on the list', (family: Family) => `+ ${family.leaderPid} 0\n`],
  ['whose group is gone', (family: Family) => `${registration(family)}- ${family.leaderPid}\n`],
  ['when the server ended in order', (family: Family) => `${registration(family)}bye\n`],
])('a stranger is not touched: one %s', async (_who, lines) => {
  const family = await startFamily('of-somebody-else');
  expect(await guard(`no-such-cookie\n${lines(family)}`)).toBe(0);
  expect(family.living()).toEqual(KINDS);
  family.end();
});

test.runIf(onLinux)('a list that changed a thousand times over is kept in order', async () => {
  const family = await startFamily('of-somebody-else');
  const churn = Array.from({ length: 2500 }, (_, at) => `+ ${900_000_000 + at} 5\n- ${900_000_000 + at}\n`);
  await guard(`no-such-cookie\n${registration(family)}${churn.join('')}`);
  // Without the cookie only the daemon, whose parent has ended, is nobody's.
  expect(family.living()).toEqual(['daemon']);
  family.end();
});
