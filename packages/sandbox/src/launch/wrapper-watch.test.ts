import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StalePlan } from '../files/stale-plan.js';
import type { MountStep } from '../mounts/mount-step.js';
import { PlannedMounts } from './planned-mounts.js';
import { type WrapperOrders, type WrapperPipes, WrapperWatch } from './wrapper-watch.js';

const WAIT = { timeout: 60_000, interval: 1 };

const SANDBOX = ['--unshare-user', '--unshare-pid', '--bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];
/** Of `SANDBOX`. */
const MOUNTS: readonly MountStep[] = [
  { kind: 'bindEverything' },
  { kind: 'privateDevices' },
  { kind: 'privateProcesses' },
];

const worksHere = spawnSync('bwrap', [...SANDBOX, 'true']).status === 0;
const hasPython = spawnSync('python3', ['--version']).status === 0;

let place = '';
beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-watch-'));
});
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

interface Started {
  readonly wrapper: ChildProcess;
  readonly watch: WrapperWatch;
}

function start(
  script: string,
  options: readonly string[] = [],
  prepare: (wrapper: ChildProcess) => void = () => undefined,
  orders: Partial<WrapperOrders> = {},
  gates: Partial<WrapperPipes> = {},
): Started {
  const pipes = ['--json-status-fd', '3', '--args', '4', '--block-fd', '5', '--cap-drop', 'ALL'];
  const wrapper = spawn(
    'bwrap',
    [...SANDBOX, ...options, ...pipes, '--die-with-parent', '--', 'sh', '-c', script],
    {
      cwd: place,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    },
  );
  prepare(wrapper);
  const ends = { status: 3, environment: 4, ready: 5, namespace: 6, ...gates };
  const watch = new WrapperWatch(wrapper, ends, { environment: [], mounts: MOUNTS, ...orders });
  return { wrapper, watch };
}

/** The numbers of what runs inside: bubblewrap tells the command where it is. */
function processesThere(): readonly string[] {
  return readdirSync('/proc').filter(
    (name) => read(name, 'environ').includes(`PWD=${place}`) && isLive(name),
  );
}

function isLive(pid: string): boolean {
  return /\) [^ZX] /.test(read(pid, 'stat'));
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

describe.skipIf(!worksHere)('a wrapper', { timeout: 120_000 }, () => {
  test('that is killed while it sets up leaves nothing that waits or runs', async () => {
    const kill = (wrapper: ChildProcess): void => {
      wrapper.stdio[3]?.once('data', () => wrapper.kill('SIGKILL'));
    };
    const { watch } = start('exec sleep 300', [], kill);
    expect(await watch.over).toBe(true);
    expect([isLive(String(watch.status.childPid)), existsSync(path.join(place, 'ran'))]).toEqual([
      false,
      false,
    ]);
  });

  test('that is killed before it has told of anything leaves nothing', async () => {
    const fork = 'sleep 300 & kill -KILL $$';
    const wrapper = spawn('sh', ['-c', fork], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const ends = { status: 3, environment: 4, ready: 5 };
    const watch = new WrapperWatch(wrapper, ends, { environment: [], mounts: [] });
    expect([await watch.running(), await watch.over]).toEqual([undefined, true]);
  });

  test('is over when all has ended that ran inside, though it was killed', async () => {
    const { wrapper, watch } = start('setsid sleep 300 & setsid sleep 300 & : > ran; wait');
    expect(await watch.ready).toBe(true);
    await vi.waitUntil(() => existsSync(path.join(place, 'ran')), WAIT);
    wrapper.kill('SIGKILL');
    expect(await watch.over).toBe(true);
    expect(processesThere()).toEqual([]);
  });

  test('takes no signal for a command that has ended, though its first process takes no note of that', async () => {
    const { wrapper, watch } = start('exec sleep 300');
    const command = await watch.running();
    const [first, sleeper] = [watch.first?.pid, command?.pid].map((pid) => pid ?? 0) as [number, number];
    expect([first > 0, sleeper > 0, watch.signalCommand('SIGCONT')]).toEqual([true, true, true]);
    process.kill(first, 'SIGSTOP');
    await vi.waitUntil(() => /\) T /.test(read(String(first), 'stat')), WAIT);
    process.kill(sleeper, 'SIGKILL');
    await vi.waitUntil(() => /\) Z /.test(read(String(sleeper), 'stat')), WAIT);
    expect(watch.signalCommand('SIGTERM')).toBe(false);
    wrapper.kill('SIGKILL');
    expect(await watch.over).toBe(true);
  });

  test.skipIf(!hasPython)(
    'passes a signal on to a command whose first thread has ended before the others',
    async () => {
      const threads =
        'import ctypes, threading, time; threading.Thread(target=time.sleep, args=[300]).start(); ctypes.CDLL(None).pthread_exit(None)';
      const { watch } = start(`exec python3 -c '${threads}'`);
      const pid = String((await watch.running())?.pid);
      await vi.waitUntil(() => /\) Z /.test(read(pid, 'stat')), WAIT);
      expect(watch.signalCommand('SIGKILL')).toBe(true);
      expect([await watch.over, watch.status.exitCode]).toEqual([true, 137]);
    },
  );

  test('does not run its command where nothing opens what may be written', async () => {
    const { watch } = start(': > ran', ['--ro-bind', place, place, '--file', '6', '../wait'], undefined, {
      mounts: [...MOUNTS, { kind: 'bind', path: place, access: 'write', identity: undefined }],
      opening: { nsenter: '/bin/false', mount: '/bin/false' },
    });
    await expect(watch.running()).rejects.toThrow(new StalePlan(place, 'could not be opened'));
    expect([await watch.over, readdirSync(place)]).toEqual([true, []]);
  });

  test.each(['close', 'settle'] as const)('that nobody can %s is given up, and says why', async (work) => {
    vi.spyOn(PlannedMounts.prototype, 'isSealed').mockReturnValue(true);
    vi.spyOn(PlannedMounts.prototype, work).mockRejectedValue(new Error('too many open files'));
    const { watch } = start(': > ran; exec sleep 300', [], undefined, {}, { seal: 7 });
    await expect(watch.running()).rejects.toThrow(new Error('too many open files'));
    expect([await watch.over, readdirSync(place)]).toEqual([true, []]);
  });

  test('that fails to set up never was ready', async () => {
    const { watch } = start('true', ['--bind', path.join(place, 'missing'), '/mnt']);
    expect([await watch.ready, await watch.over, watch.status.exitCode]).toEqual([false, true, undefined]);
  });

  test('that has run its command was ready, and tells how it ended', async () => {
    const { watch } = start('exit 7');
    expect([await watch.ready, await watch.over, watch.status.exitCode]).toEqual([true, true, 7]);
  });
});
