import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { killNow } from '../group/terminate.js';
import type { PipePool } from '../pipe/pipe-pool.js';
import { createPipePool } from '../pipe/pipe-pool.js';
import { SpawnError } from '../spawn-error.js';
import { Recording, record, specOf, TEST_ENV } from '../testing/recording.js';
import type { PtyChild, PtySpec } from './pty.js';
import { spawnPty } from './pty.js';

const onLinux = process.platform === 'linux';
const isSoak = process.env['PTY'] === 'soak';
const LONG_MS = isSoak ? 900_000 : 60_000;
const TAIL_RUNS = isSoak ? 1000 : 60;
const RAW_MEGABYTES = isSoak ? 200 : 20;
const WAIT = { timeout: 10_000, interval: 5 };

let directory: string;
let fdsBefore: number;
let pool: PipePool;

beforeAll(() => {
  pool = createPipePool({ directory: tmpdir() });
});
afterAll(() => pool.close());

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'pty-test-'));
  await pool.ready();
  fdsBefore = countFds();
});

afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  await vi.waitFor(() => {
    expect(countFds()).toBeLessThanOrEqual(fdsBefore);
  }, WAIT);
});

function countFds(): number {
  return onLinux ? readdirSync('/proc/self/fd').length : 0;
}

interface PtyRun extends AsyncDisposable {
  readonly child: PtyChild;
  readonly seen: Recording;
}

async function open(
  command: string | readonly string[],
  overrides: Partial<PtySpec> = {},
  seen = new Recording(),
): Promise<PtyRun> {
  const child = await spawnPty(specOf(command, overrides), seen);
  return {
    child,
    seen,
    async [Symbol.asyncDispose]() {
      killNow([child]);
      child.cutOutput();
      await seen.closed;
    },
  };
}

async function run(
  command: string | readonly string[],
  overrides: Partial<PtySpec> = {},
): Promise<Recording> {
  const { seen } = await open(command, overrides);
  await seen.closed;
  return seen;
}

/** A terminal whose reader stops after some of the chunks, and goes on a moment later. */
async function openPausing(
  command: string | readonly string[],
  seen: Recording,
  probability: number,
): Promise<void> {
  const holder: { child?: PtyChild } = {};
  const keep = seen.onOutput.bind(seen);
  seen.onOutput = (stream, bytes) => {
    keep(stream, bytes);
    if (Math.random() >= probability) return;
    holder.child?.pauseOutput();
    setTimeout(() => holder.child?.resumeOutput(), Math.random() * 3);
  };
  holder.child = (await open(command, {}, seen)).child;
}

/** Which part of a while the event loop has something to do: all of it where it polls without end. */
async function activityOf(forMs: number): Promise<number> {
  const before = performance.eventLoopUtilization();
  await new Promise((resolve) => setTimeout(resolve, forMs));
  return performance.eventLoopUtilization(before).utilization;
}

function type(child: PtyChild, text: string | Uint8Array): Promise<Error | undefined> {
  return new Promise((resolve) => {
    child.writeStdin(Buffer.from(text), resolve);
  });
}

async function until(seen: Recording, text: string): Promise<void> {
  await vi.waitFor(() => {
    expect(seen.text('pty')).toContain(text);
  }, WAIT);
}

async function failureOf(spec: PtySpec): Promise<SpawnError> {
  const error: unknown = await spawnPty(spec, new Recording()).catch((reason: unknown) => reason);
  if (!(error instanceof SpawnError)) throw new Error('it started');
  return error;
}

const COUNTED = Array.from({ length: 20_000 }, (_, at) => `${at + 1}\r\n`).join('');

test('everything a process wrote comes before its exit, every time', { timeout: LONG_MS }, async () => {
  for (let round = 0; round < TAIL_RUNS; round += 1) {
    const seen = await run(['seq', '1', '20000']);
    expect(seen.text('pty', 'exit') === COUNTED).toBe(true);
    expect(seen.order).toEqual(['output', 'exit', 'closed']);
  }
});

test('pausing and resuming at random loses nothing', { timeout: LONG_MS }, async () => {
  for (let round = 0; round < 20; round += 1) {
    const seen = new Recording();
    await openPausing(['seq', '1', '20000'], seen, 0.5);
    await seen.closed;
    expect(seen.text('pty', 'exit') === COUNTED).toBe(true);
  }
});

test('megabytes in raw mode arrive byte for byte, with pauses', { timeout: LONG_MS }, async () => {
  const bytes = RAW_MEGABYTES * 1_000_000;
  const seen = new Recording({ keepsOutput: false });
  const command = `stty raw -opost; head -c ${bytes} /dev/zero | tr '\\0' '\\n'`;
  await openPausing(command, seen, 0.01);
  await seen.closed;
  const expected = createHash('sha256').update(Buffer.alloc(bytes, '\n')).digest('hex');
  expect([seen.outputBytes, seen.sha256()]).toEqual([bytes, expected]);
});

test('no chunk is longer than 24 KiB', async () => {
  const seen = await run('head -c 1000000 /dev/zero');
  const lengths = seen.events.map((event) => (event.kind === 'output' ? event.bytes.length : 0));
  expect(Math.max(...lengths)).toBeLessThanOrEqual(24 * 1024);
});

test('what a paused process wrote comes before its exit as well', async () => {
  const { child, seen } = await open('echo now');
  child.pauseOutput();
  await seen.closed;
  expect(seen.text('pty', 'exit')).toBe('now\r\n');
  expect(seen.order).toEqual(['output', 'exit', 'closed']);
});

test('a paused child blocks, and resuming loses nothing', async () => {
  await using run = await open(['seq', '1', '20000']);
  run.child.pauseOutput();
  if (onLinux) {
    await vi.waitFor(() => {
      expect(readFileSync(`/proc/${run.child.pid}/stat`, 'latin1')).toMatch(/^\d+ \(seq\) S /);
    }, WAIT);
  }
  run.child.resumeOutput();
  await run.seen.closed;
  expect(run.seen.text('pty', 'exit') === COUNTED).toBe(true);
});

test('a terminal has 24 rows of 80 columns, or the size asked for', async () => {
  expect((await run('stty size')).text('pty')).toBe('24 80\r\n');
  expect((await run('stty size', { size: { cols: 132, rows: 50 } })).text('pty')).toBe('50 132\r\n');
});

test('a resize reaches the program as a signal', async () => {
  await using run = await open('trap "stty size; exit 5" WINCH; echo ready; while :; do sleep 0.05; done');
  await until(run.seen, 'ready');
  run.child.resize({ cols: 100, rows: 40 });
  expect((await run.seen.exited).exitCode).toBe(5);
  expect(run.seen.text('pty')).toBe('ready\r\n40 100\r\n');
});

test('a cut from within the exit closes once', async () => {
  const seen = new Recording();
  const holder: { child?: PtyChild } = {};
  const keep = seen.onExit.bind(seen);
  seen.onExit = (exit) => {
    keep(exit);
    holder.child?.cutOutput();
  };
  holder.child = (await open('trap "" HUP; sleep 5 & echo now', {}, seen)).child;
  await seen.closed;
  await new Promise(setImmediate);
  expect(seen.order).toEqual(['output', 'exit', 'closed']);
  holder.child.signalGroup('SIGKILL');
});

test('a resize after the end does nothing', async () => {
  const { child, seen } = await open('true');
  await seen.closed;
  child.resize({ cols: 100, rows: 40 });
  expect(await type(child, 'x')).toBeInstanceOf(Error);
  child.endStdin(() => undefined);
  child.pauseOutput();
  child.resumeOutput();
  child.cutOutput();
  expect(seen.order).toEqual(['exit', 'closed']);
});

test('the environment and the working directory are exactly the given ones', async () => {
  const env = { ONE: '1', 'a.b': 'dotted', PWD: '/elsewhere', TWO: 'a=b c' };
  const seen = await run(['/usr/bin/env'], { env });
  expect(seen.text('pty')).toBe('ONE=1\r\na.b=dotted\r\nPWD=/elsewhere\r\nTWO=a=b c\r\n');
  expect((await run(['/bin/pwd', '-P'], { cwd: '/usr' })).text('pty')).toBe('/usr\r\n');
});

test('arguments that look like options reach the program', async () => {
  expect((await run(['echo', '-x', '--', '--help'])).text('pty')).toBe('-x -- --help\r\n');
});

test('a child leads a session that the terminal controls', async () => {
  const { child, seen } = await open(['ps', '-o', 'pid=,pgid=,sess=,tpgid=', '-p', '$$'].join(' '));
  await seen.closed;
  const numbers = seen.text('pty').trim().split(/\s+/).map(Number);
  expect(numbers).toEqual([child.pid, child.pid, child.pid, child.pid]);
});

test.runIf(onLinux)('a child starts with default signal handling and nothing blocked', async () => {
  const seen = await run(['grep', '-E', '^(SigBlk|SigIgn)', '/proc/self/status']);
  expect(seen.text('pty').match(/[0-9a-f]{16}/g)).toEqual(['0'.repeat(16), '0'.repeat(16)]);
});

test.each([
  ['exit 7', { exitCode: 7, signal: null }],
  ['kill -9 $$', { exitCode: 137, signal: 'SIGKILL' }],
  ['kill -HUP $$', { exitCode: 129, signal: 'SIGHUP' }],
])('%s is reported', async (script, exit) => {
  expect(await (await run(script)).exited).toEqual(exit);
});

test('Ctrl-C interrupts, Ctrl-\\ quits', async () => {
  for (const [key, signal] of [
    ['\x03', 'SIGINT'],
    ['\x1c', 'SIGQUIT'],
  ] as const) {
    await using run = await open('echo ready; exec sleep 30');
    await until(run.seen, 'ready');
    await type(run.child, key);
    expect((await run.seen.exited).signal).toBe(signal);
  }
});

test('bash stops, continues and interrupts jobs', { timeout: LONG_MS }, async () => {
  const job = path.join(directory, 'job');
  // It starts no program while it runs: a shell that is about to cannot be stopped where that program was stopped first.
  const script = `trap "echo going on" CONT; exec 3<> <(:); echo begun; while :; do read -t 0.05 -u 3; done`;
  writeFileSync(job, `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
  const env = { ...TEST_ENV, TERM: 'dumb', PS1: 'prompt> ', HOME: directory };
  await using run = await open(['bash', '--norc', '--noprofile', '-i'], { env });
  const lines = (text: string): number => run.seen.text('pty').split(`${text}\r\n`).length - 1;
  const untilLines = (text: string, count: number): Promise<void> =>
    vi.waitFor(() => {
      expect(lines(text)).toBe(count);
    }, WAIT);
  await until(run.seen, 'prompt> ');
  await type(run.child, `${job}\r`);
  await untilLines('begun', 1);
  await type(run.child, '\x1a');
  await until(run.seen, 'Stopped');
  await type(run.child, 'bg\r');
  await untilLines('going on', 1);
  await type(run.child, 'kill -STOP %1\r');
  // Bash tells of a job that stopped before the next prompt, once it has noticed.
  await vi.waitFor(async () => {
    await type(run.child, '\r');
    expect(run.seen.text('pty').split('Stopped').length - 1).toBe(2);
  }, WAIT);
  await type(run.child, 'fg\r');
  await untilLines('going on', 2);
  await type(run.child, '\x03');
  await type(run.child, 'echo code=$?\r');
  await until(run.seen, 'code=130');
  await type(run.child, 'exit 4\r');
  expect((await run.seen.exited).exitCode).toBe(4);
});

test('signals reach the process and its group at once after the start', async () => {
  for (const send of ['signalProcess', 'signalGroup'] as const) {
    const { child, seen } = await open(['sleep', '30']);
    expect(child[send]('SIGTERM')).toBe(true);
    expect(await seen.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
    await seen.closed;
    expect(child[send]('SIGTERM')).toBe(false);
  }
});

test('a background child is hung up with the terminal and does not delay closed', async () => {
  const { child, seen } = await open('sleep 30 & echo now');
  await seen.closed;
  expect(seen.order).toEqual(['output', 'exit', 'closed']);
  await vi.waitFor(() => {
    expect(child.signalGroup('SIGCONT')).toBe(false);
  }, WAIT);
});

test('a background child that ignores the hang-up goes on writing until it is cut', async () => {
  const go = path.join(directory, 'go');
  const late = `while ! [ -e ${go} ]; do sleep 0.02; done; echo late; exec sleep 30`;
  await using run = await open(`trap "" HUP; (${late}) & echo now`);
  await run.seen.exited;
  expect(run.seen.order).toEqual(['output', 'exit']);
  writeFileSync(go, '');
  await until(run.seen, 'late');
  run.child.cutOutput();
  await run.seen.closed;
  expect(run.seen.order).toEqual(['output', 'exit', 'output', 'closed']);
  expect(run.child.signalGroup('SIGKILL')).toBe(true);
});

test('a background child that never stops writing does not hold up the exit', async () => {
  const seen = new Recording({ keepsOutput: false });
  await using run = await open('trap "" HUP; yes & exit 4', {}, seen);
  expect((await run.seen.exited).exitCode).toBe(4);
});

test('a child that closes its terminal and opens it again works on', async () => {
  const seen = await run(`exec <&- >&- 2>&-; sleep 0.2; echo again > /dev/tty; exit 3`);
  expect([seen.text('pty'), seen.order]).toEqual(['again\r\n', ['output', 'exit', 'closed']]);
  expect((await seen.exited).exitCode).toBe(3);
});

test('a cut hangs up a running child', async () => {
  const { child, seen } = await open('echo ready; exec sleep 30');
  await until(seen, 'ready');
  child.cutOutput();
  expect(await seen.exited).toEqual({ exitCode: 129, signal: 'SIGHUP' });
  await seen.closed;
});

test('end of input behind a whole line, and behind an unfinished one', async () => {
  for (const text of ['', 'line\n', 'half']) {
    const { child, seen } = await open('stty -echo; echo ready; cat; echo; echo end');
    await until(seen, 'ready');
    child.writeStdin(Buffer.from(text), () => undefined);
    child.endStdin(() => undefined);
    await seen.closed;
    expect(seen.text('pty')).toBe(`ready\r\n${text.replace('\n', '\r\n')}\r\nend\r\n`);
  }
});

test('writes keep their order, and 2 MB go through a program in raw mode', { timeout: LONG_MS }, async () => {
  const bytes = Buffer.alloc(2_000_000);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(at, at);
  await using run = await open('stty raw -echo; echo ready; head -c 2000000 | sha256sum');
  await until(run.seen, 'ready');
  const errors: (Error | undefined)[] = [];
  for (let at = 0; at < bytes.length; at += 50_000) {
    run.child.writeStdin(bytes.subarray(at, at + 50_000), (error) => errors.push(error));
  }
  await run.seen.closed;
  expect(run.seen.text('pty')).toContain(createHash('sha256').update(bytes).digest('hex'));
  expect(errors).toEqual(new Array(40).fill(undefined));
});

test('a child that does not read costs no time, and what waits fails at the end', async () => {
  const { child, seen } = await open('stty raw -echo; echo ready; exec sleep 30');
  await until(seen, 'ready');
  const answer = type(child, Buffer.alloc(1_000_000));
  expect(await activityOf(500)).toBeLessThan(0.5);
  child.signalGroup('SIGKILL');
  expect(await answer).toBeInstanceOf(Error);
  await seen.closed;
});

test('output that nobody takes costs no time', async () => {
  await using run = await open(['yes'], {}, new Recording({ keepsOutput: false }));
  await vi.waitFor(() => {
    expect(run.seen.outputBytes).toBeGreaterThan(0);
  }, WAIT);
  run.child.pauseOutput();
  expect(await activityOf(500)).toBeLessThan(0.5);
});

test('failures to start have their own kinds', async () => {
  const file = path.join(directory, 'file');
  writeFileSync(file, '');
  const kinds = async (...specs: PtySpec[]): Promise<string[]> =>
    (await Promise.all(specs.map(failureOf))).map((error) => error.kind);
  expect(
    await kinds(
      specOf(['']),
      specOf(['/no/such/program']),
      specOf(['no-such-program']),
      specOf(['sh'], { env: { PATH: '/nowhere' } }),
      specOf(['true'], { cwd: path.join(directory, 'none') }),
      specOf(['./true'], { cwd: path.join(directory, 'none') }),
      specOf(['true'], { cwd: file }),
      specOf([file]),
      specOf([directory]),
      specOf(['true', 'x'.repeat(200_000)]),
      specOf(['true'], { arg0: 'other' }),
    ),
  ).toEqual([
    'missingProgram',
    'programNotFound',
    'programNotFound',
    'programNotFound',
    'cwdNotFound',
    'cwdNotFound',
    'cwdNotDirectory',
    'permissionDenied',
    'permissionDenied',
    'argumentsTooLong',
    'invalidArgument',
  ]);
});

test('what only the last step finds out is told as a shell does', async () => {
  const file = path.join(directory, 'script');
  writeFileSync(file, '#!/no/such/interpreter\n', { mode: 0o755 });
  const seen = await run([file]);
  expect(seen.text('pty')).toContain('No such file or directory');
  expect((await seen.exited).exitCode).toBe(127);
});

test('without node-pty the error names the remedy', async () => {
  const error = await spawnPty(specOf('true'), new Recording(), () => {
    throw new SpawnError('ptyUnavailable', 'install node-pty');
  }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ kind: 'ptyUnavailable' });
});

test.runIf(onLinux)('a terminal that cannot be opened is explained', async () => {
  const library = {
    open: () => {
      throw new Error('openpty(3) failed.');
    },
    resize: () => undefined,
  };
  const error = await spawnPty(specOf('true'), new Recording(), () => library).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ kind: 'ptyUnavailable' });
  expect(String(error)).toContain('/dev/pts');
});

test.runIf(onLinux)('no child gets the server end of a terminal, nor a fourth descriptor', async () => {
  await using first = await open(['sleep', '30']);
  await using second = await open(['sleep', '30']);
  const files = Array.from({ length: 10 }, () => openSync('/dev/null', 'r'));
  await using third = await open(['sleep', '30']);
  await using piped = await record(pool, specOf(['sleep', '30']));
  for (const fd of files) closeSync(fd);
  for (const { pid } of [first.child, second.child, third.child, piped.child]) {
    await vi.waitFor(() => {
      expect(readFileSync(`/proc/${pid}/comm`, 'latin1')).toBe('sleep\n');
    }, WAIT);
    const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    expect(targets.filter((target) => target.includes('ptmx'))).toEqual([]);
    expect(targets.filter((target) => target.startsWith('/dev/pts/')).length).toBeLessThanOrEqual(3);
  }
});

test.runIf(onLinux)(
  'what a child gets in place of a terminal of others can be used for nothing',
  async () => {
    await using first = await open(['sleep', '300']);
    await using second = await open(['sleep', '300']);
    // Neither is there a file behind a link that could get another mode.
    const attempts = [
      ...['cat < $f', 'true > $f', 'true <> $f', 'ls $f/', 'ls $f/..', 'ls $f/../status'],
      ...['truncate -s 1 $f', 'ln -L $f here', '$f', 'cd -P $f'],
    ];
    const script = `
    cd ${directory}
    for f in /proc/$$/fd/*; do
      [ \${f##*/} -gt 2 ] && [ -e $f ] && ! [ -p $f ] && ! [ -S $f ] || continue
      stat -L -c %F $f
      ${attempts.map((attempt) => `(${attempt}) > /dev/null 2>&1 && echo '${attempt}'`).join('\n')}
    done`;
    await using piped = await record(pool, specOf(script));
    await piped.seen.closed;
    expect(piped.seen.text()).toBe('symbolic link\n'.repeat([first, second].length));
  },
);

test('100 terminals at once all close, and leave no process behind', { timeout: LONG_MS }, async () => {
  const one = async (at: number): Promise<string> => {
    const { child, seen } = await open(`read line; echo ${at}`);
    await type(child, '\n');
    await seen.closed;
    if (onLinux) expect(existsSync(`/proc/${child.pid}`)).toBe(false);
    return seen.text('pty');
  };
  const texts = await Promise.all(Array.from({ length: 100 }, (_, at) => one(at)));
  expect(texts).toEqual(Array.from({ length: 100 }, (_, at) => `\r\n${at}\r\n`));
});

// Skipped where vim is not installed.
