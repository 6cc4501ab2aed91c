import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { ExecError } from '@holdfast/exec-protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CELL_HAND_OVER_MS, CELL_START_TIMEOUT_MS, PROXY_QUEUE_BYTES } from '../limits.js';
import { NO_INSPECTOR } from '../machine/no-inspector.js';
import { type NetworkCell, openNetworkCell } from './network-cell.js';
import { connectTo } from './outside.js';

const DEADLINE_MS = 60_000;
const WAIT = { timeout: 30_000, interval: 20 };

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-cell-'));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

/** A bubblewrap that confines nothing and runs a program of ours, which takes down its process and its port. */
function wrapper(program: string): string {
  const script = path.join(folder, 'cell.cjs');
  const bwrap = path.join(folder, 'bwrap');
  writeFileSync(
    script,
    `const { writeFileSync } = require('node:fs');
const note = (name, value) => writeFileSync(${JSON.stringify(folder)} + '/' + name, String(value));
const listener = require('node:net').createServer();
note('pid', process.pid);
process.on('disconnect', () => process.exit());
${program}`,
  );
  writeFileSync(bwrap, `#!/bin/sh\nexec '${process.execPath}' '${script}'\n`, { mode: 0o755 });
  return bwrap;
}

function noted(name: string): number {
  return Number(readFileSync(path.join(folder, name), 'utf8'));
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const SEND_FROM_NOBODY = `listener.listen(0, '127.0.0.1', () => {
  const { port } = listener.address();
  note('port', port);
  process.send({ index: 0, pid: 2 ** 30, port }, listener);
});`;

const SEND_AFTER_A_PROBLEM = `listener.listen(0, '127.0.0.1', () => {
  const { port } = listener.address();
  note('port', port);
  process.send({ index: 0, pid: process.pid, port: 80, problem: 'EACCES' });
  process.send({ index: 1, pid: process.pid, port }, listener);
});`;

test.each([
  ['a cell that goes away', SEND_FROM_NOBODY, [0], 'it went away again'],
  [
    'S09 a port that cannot be opened',
    SEND_AFTER_A_PROBLEM,
    [80, 0],
    'port 80 cannot be opened inside (EACCES)',
  ],
])(
  '%s leaves no listener',
  async (_, program, ports, problem) => {
    await expect(openNetworkCell(wrapper(program), ports)).rejects.toThrow(
      new ExecError('sandboxUnsupported', `network: none could be made for the command: ${problem}`),
    );
    await vi.waitUntil(async () => !(await isOpen(noted('port'))), WAIT);
  },
  DEADLINE_MS,
);

test(
  'a wait that is given up ends what was started for it',
  async () => {
    const controller = new AbortController();
    const opening = openNetworkCell(wrapper('setInterval(() => undefined, 1000);'), [0], controller.signal);
    const outcome = expect(opening).rejects.toThrow('no longer wanted');
    await vi.waitUntil(() => existsSync(path.join(folder, 'pid')) && noted('pid') > 0, WAIT);
    controller.abort(new Error('no longer wanted'));
    await outcome;
    await vi.waitUntil(() => !existsSync(`/proc/${noted('pid')}`), WAIT);
  },
  DEADLINE_MS,
);

test(
  'one that does not come up is ended at the limit, and not before',
  async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let outcome = 'none yet';
    const opening = openNetworkCell(wrapper('setInterval(() => undefined, 1000);'), [0]).catch(
      (error: unknown) => {
        outcome = String(error);
      },
    );
    while (!existsSync(path.join(folder, 'pid')) || noted('pid') === 0) await turn();
    vi.advanceTimersByTime(CELL_START_TIMEOUT_MS - 1);
    await turn();
    expect(outcome).toBe('none yet');
    vi.advanceTimersByTime(1);
    await opening;
    expect(outcome).toBe('ExecError: network: none could be made for the command: it took too long');
    while (existsSync(`/proc/${noted('pid')}`)) await turn();
  },
  DEADLINE_MS,
);

/** Says that it sends a second listener when it is told to, after the first one has come, and sends it when it is told that. */
const SEND_SLOWLY = `const { existsSync, writeSync } = require('node:fs');
const told = (name) => new Promise((resolve) => {
  const look = setInterval(() => {
    if (!existsSync(__dirname + '/' + name)) return;
    clearInterval(look);
    resolve();
  }, 5);
});
process.once('internalMessage', () => note('acknowledged', true));
listener.listen(0, '127.0.0.1', async () => {
  const message = { pid: process.pid, port: listener.address().port };
  writeSync(1, '.');
  process.send({ ...message, index: 0 }, listener);
  await told('say');
  writeSync(1, '.');
  await told('send');
  process.send({ ...message, index: 1 }, listener);
});`;

function tell(name: string): void {
  writeFileSync(path.join(folder, name), '');
}

/** Of such a cell, the first listener has come just before its time was over, and the second one is said to be sent. */
async function halfOpened(): Promise<{
  readonly opening: Promise<NetworkCell>;
  readonly outcome: () => string;
}> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let outcome = 'none yet';
  const opening = openNetworkCell(wrapper(SEND_SLOWLY), [0, 0]);
  opening.catch((error: unknown) => {
    outcome = String(error);
  });
  while (!existsSync(path.join(folder, 'acknowledged'))) await turn();
  vi.advanceTimersByTime(CELL_HAND_OVER_MS - 1);
  const timers = vi.getTimerCount();
  tell('say');
  while (vi.getTimerCount() === timers) await turn();
  return { opening, outcome: () => outcome };
}

async function fewTurns(): Promise<void> {
  for (let count = 0; count < 4; count += 1) await turn();
}

test(
  'each listener has its time from when the one before it has come',
  async () => {
    const { opening, outcome } = await halfOpened();
    vi.advanceTimersByTime(CELL_HAND_OVER_MS - 1);
    await fewTurns();
    expect(outcome()).toBe('none yet');
    tell('send');
    const cell = await opening;
    expect(cell.listeners.length).toBe(2);
    cell.close();
  },
  DEADLINE_MS,
);

test(
  'one that does not come in its time ends the wait, however many have come before it',
  async () => {
    const { outcome } = await halfOpened();
    vi.advanceTimersByTime(CELL_HAND_OVER_MS);
    while (outcome() === 'none yet') await turn();
    expect(outcome()).toContain('a listener could not be handed over');
  },
  DEADLINE_MS,
);

test('a cell is told to open no inspector before anything else', async () => {
  const bwrap = path.join(folder, 'bwrap');
  writeFileSync(bwrap, `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/words'\n`, { mode: 0o755 });
  await expect(openNetworkCell(bwrap, [0])).rejects.toThrow(ExecError);
  const words = readFileSync(path.join(folder, 'words'), 'utf8').split('\n');
  expect(words.slice(words.indexOf('--') + 1).slice(0, 2)).toEqual([process.execPath, NO_INSPECTOR]);
});

test('what is given up before is not even begun', async () => {
  const signal = AbortSignal.abort(new Error('no longer wanted'));
  await expect(openNetworkCell(wrapper(''), [0], signal)).rejects.toThrow('no longer wanted');
  expect(existsSync(path.join(folder, 'pid'))).toBe(false);
});

const SEND_ONE = `listener.listen(0, '127.0.0.1', () => {
  process.send({ index: 0, pid: process.pid, port: listener.address().port }, listener);
});`;

test(
  'of a connection that goes no further one part is kept, however small: each takes hundreds of bytes',
  async () => {
    const cell = await openNetworkCell(wrapper(SEND_ONE), [0]);
    const [listener] = cell.listeners;
    const [[inside], outside] = await Promise.all([
      once(listener?.server as Server, 'connection') as Promise<[Socket]>,
      connectTo('127.0.0.1', listener?.port ?? 0, AbortSignal.timeout(DEADLINE_MS)),
    ]);
    expect(
      [inside, outside].flatMap((socket) => [socket.readableHighWaterMark, socket.writableHighWaterMark]),
    ).toEqual(Array.from({ length: 4 }, () => PROXY_QUEUE_BYTES));
    for (const socket of [inside, outside]) socket.destroy();
    cell.close();
  },
  DEADLINE_MS,
);

const worksHere =
  spawnSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', 'python3', '-c', '']).status === 0;

/** Runs what it is given without confining it, as soon as it is told to. */
function openBwrap(): string {
  const bwrap = path.join(folder, 'bwrap');
  const program = `until [ -e '${folder}/go' ]; do sleep 0.01; done
while [ "$1" != -- ]; do shift; done
shift
exec "$@"`;
  writeFileSync(bwrap, `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  return bwrap;
}

/** Every descriptor that this process could still have; a function gives so many of them back. */
function hoard(): (count: number) => void {
  const fds: number[] = [];
  try {
    for (;;) fds.push(openSync('/dev/null', 'r'));
  } catch {
    return (count) => {
      for (const fd of fds.splice(0, count)) closeSync(fd);
    };
  }
}

const NONE_LEFT = new ExecError(
  'noDescriptors',
  'network: none could be made for the command: no file descriptors are left; end some processes or raise the limit (ulimit -n)',
);

/** More than are needed for as many ports. */
const [PORTS, ENOUGH] = [[0, 0, 0, 0, 0, 0, 0, 0], 24];

describe.runIf(process.platform === 'linux')('a lack of descriptors', () => {
  test(
    'is named, or there is a cell, and either way all are given back',
    async () => {
      const bwrap = openBwrap();
      tell('go');
      const open = (): Promise<unknown> => openNetworkCell(bwrap, PORTS).then((cell) => cell.close(), String);
      await open();
      const giveBack = hoard();
      const outcomes: unknown[] = [];
      try {
        for (let free = 0; free < ENOUGH; free += 1) {
          outcomes.push(await open());
          giveBack(1);
        }
      } finally {
        giveBack(Number.POSITIVE_INFINITY);
      }
      const made = outcomes.indexOf(undefined);
      expect(made).toBeGreaterThan(PORTS.length);
      expect(outcomes).toEqual(outcomes.map((_, free) => (free < made ? String(NONE_LEFT) : undefined)));
    },
    DEADLINE_MS,
  );

  test(
    'is named where a listener comes for which there is none any more',
    async () => {
      tell('ready');
      const opening = openNetworkCell(openBwrap(), PORTS);
      const giveBack = hoard();
      try {
        renameSync(path.join(folder, 'ready'), path.join(folder, 'go'));
        await expect(opening).rejects.toThrow(NONE_LEFT);
      } finally {
        giveBack(Number.POSITIVE_INFINITY);
      }
    },
    DEADLINE_MS,
  );
});

/** Sends itself descriptors that it does not take. */
const KEEP_UNDER_WAY = `
import array, socket, sys
one, other = socket.socketpair()
for _ in range(2):
    one.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * 250))])
print('ready', flush=True)
sys.stdin.read()
`;

test.skipIf(!worksHere)(
  'a listener that cannot be handed over ends the wait before its time, with the cause',
  async () => {
    const sender = spawn('python3', ['-c', KEEP_UNDER_WAY], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(sender.stdout, 'data');
    const limited = path.join(folder, 'limited');
    writeFileSync(limited, `#!/bin/sh\nPATH=/usr/bin:/bin\nulimit -n 300\nexec bwrap "$@"\n`, {
      mode: 0o755,
    });
    await expect(openNetworkCell(limited, [0, 0])).rejects.toThrow('a listener could not be handed over');
    sender.stdin.end();
    await once(sender, 'close');
    const cell = await openNetworkCell(limited, [0, 0]);
    expect(cell.listeners.length).toBe(2);
    cell.close();
  },
  DEADLINE_MS,
);

test(
  'a connection that cannot be accepted ends nothing',
  async () => {
    const cell = await openNetworkCell(wrapper(SEND_ONE), [0]);
    expect(cell.listeners[0]?.server.emit('error', new Error('accept ENOMEM'))).toBe(true);
    cell.close();
  },
  DEADLINE_MS,
);
