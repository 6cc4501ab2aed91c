import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Child } from '../child.js';
import { Recording, record, specOf, TEST_ENV } from '../testing/recording.js';
import type { PipePool } from './pipe-pool.js';
import { createPipePool } from './pipe-pool.js';

const onLinux = process.platform === 'linux';
const LONG_MS = 60_000;
const WAIT = { timeout: 10_000, interval: 5 };

let pool: PipePool;
let directory: string;
let fdsBefore: number;

beforeAll(() => {
  pool = createPipePool({ directory: tmpdir() });
});
afterAll(() => pool.close());

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'pipe-test-'));
  await pool.ready();
  fdsBefore = countFds();
});

afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  // The pool may be running mkfifo just now, which takes descriptors for a moment.
  await vi.waitFor(() => {
    expect(countFds()).toBeLessThanOrEqual(fdsBefore);
  }, WAIT);
});

function countFds(): number {
  return onLinux ? readdirSync('/proc/self/fd').length : 0;
}

function stateOf(pid: number): string {
  const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return line.charAt(line.lastIndexOf(')') + 2);
}

async function run(command: string | readonly string[], overrides = {}): Promise<Recording> {
  const { seen } = await record(pool, specOf(command, overrides));
  await seen.closed;
  return seen;
}

function written(child: Child, bytes: Uint8Array): Promise<Error | undefined> {
  return new Promise((resolve) => {
    child.writeStdin(bytes, resolve);
  });
}

test.runIf(onLinux)(
  'a working directory whose name is not UTF-8 is entered, or refused as any other',
  async () => {
    const cwdBytes = Buffer.concat([Buffer.from(`${directory}/b`), Buffer.from([0xff])]);
    const cwd = cwdBytes.toString();
    mkdirSync(cwdBytes);
    chmodSync(cwdBytes, 0o300);
    const seen = await run('cd . && pwd -P | od -An -c', { cwd, cwdBytes });
    expect(seen.text('stdout').replace(/\s+/g, '')).toContain(String.raw`/b377\n`);
    rmdirSync(cwdBytes);
    await expect(record(pool, specOf('true', { cwd, cwdBytes }))).rejects.toMatchObject({
      kind: 'cwdNotFound',
    });
    writeFileSync(cwdBytes, '');
    await expect(record(pool, specOf('true', { cwd, cwdBytes }))).rejects.toMatchObject({
      kind: 'cwdNotDirectory',
    });
  },
);

test('a child can open its output again through /dev/stdout and /dev/stderr', async () => {
  const seen = await run('echo one > /dev/stdout && echo two | tee /dev/stderr');
  expect(seen.text('stdout')).toBe('one\ntwo\n');
  expect(seen.text('stderr')).toBe('two\n');
});

test.each(['null', 'pipe'] as const)('bash does not read .bashrc with stdin %s', async (stdin) => {
  writeFileSync(path.join(directory, '.bashrc'), 'echo from bashrc\n');
  const env = { ...TEST_ENV, HOME: directory };
  const seen = await run(['bash', '-c', 'echo done'], { env, stdin });
  expect(seen.text()).toBe('done\n');
});

test('streams are told apart', async () => {
  const seen = await run('echo out; echo err >&2');
  expect([seen.text('stdout'), seen.text('stderr')]).toEqual(['out\n', 'err\n']);
});

test('200 MB arrive byte for byte', { timeout: LONG_MS }, async () => {
  const bytes = 200_000_000;
  const seen = new Recording({ keepsOutput: false });
  const script = `head -c ${bytes} /dev/zero | tr '\\0' x`;
  await record(pool, specOf(script), seen);
  await seen.closed;
  const expected = createHash('sha256');
  for (let left = bytes; left > 0; left -= 1_000_000) expected.update(Buffer.alloc(1_000_000, 'x'));
  expect(seen.outputBytes).toBe(bytes);
  expect(seen.sha256()).toBe(expected.digest('hex'));
});

test('no chunk is longer than 32 KiB', async () => {
  const seen = await run('head -c 3000000 /dev/zero');
  const lengths = seen.events.map((event) => (event.kind === 'output' ? event.bytes.length : 0));
  expect(Math.max(...lengths)).toBeLessThanOrEqual(32 * 1024);
});

test('everything a process wrote comes before its exit, in 200 of 200 runs', {
  timeout: LONG_MS,
}, async () => {
  const expected = Array.from({ length: 20_000 }, (_, at) => `${at + 1}\n`).join('');
  for (let round = 0; round < 200; round += 1) {
    const seen = await run('seq 1 20000; exit 3');
    expect(seen.text('stdout', 'exit') === expected).toBe(true);
    expect(seen.order).toEqual(['output', 'exit', 'closed']);
    expect(seen.events.at(-2)).toEqual({ kind: 'exit', exit: { exitCode: 3, signal: null } });
  }
});

test('what a paused process wrote comes before its exit as well', async () => {
  const { child, seen } = await record(pool, specOf('seq 1 5000'));
  child.pauseOutput();
  await seen.closed;
  expect(seen.text('stdout', 'exit').split('\n')).toHaveLength(5001);
  expect(seen.order).toEqual(['output', 'exit', 'closed']);
});

test('a grandchild that holds the pipe delays closed, not exit, and a cut ends it', async () => {
  await using run = await record(pool, specOf('(sleep 30; echo late) & echo now'));
  expect(await run.seen.exited).toEqual({ exitCode: 0, signal: null });
  expect(run.seen.order).toEqual(['output', 'exit']);
  run.child.cutOutput();
  await run.seen.closed;
  expect(run.seen.text()).toBe('now\n');
  expect(run.seen.order).toEqual(['output', 'exit', 'closed']);
});

test('output of a grandchild follows the exit', async () => {
  await using run = await record(
    pool,
    specOf('exec 3<&0; (read go <&3; echo late) & echo now', { stdin: 'pipe' }),
  );
  await run.seen.exited;
  await written(run.child, Buffer.from('go\n'));
  await run.seen.closed;
  expect(run.seen.order).toEqual(['output', 'exit', 'output', 'closed']);
  expect(run.seen.text()).toBe('now\nlate\n');
});

test('a cut hands over what the pipe holds', async () => {
  await using run = await record(pool, specOf(`echo kept; echo > ${directory}/written; exec sleep 30`));
  run.child.pauseOutput();
  await vi.waitFor(() => {
    expect(existsSync(`${directory}/written`)).toBe(true);
  }, WAIT);
  run.child.cutOutput();
  expect(run.seen.text()).toBe('kept\n');
  expect(run.seen.order).toEqual(['output']);
});

test('a grandchild that writes faster than it is read does not hold up the exit', async () => {
  const seen = new Recording({ keepsOutput: false });
  const count = seen.onOutput.bind(seen);
  const never = new Int32Array(new SharedArrayBuffer(4));
  seen.onOutput = (stream, bytes) => {
    count(stream, bytes);
    // Long enough for the pipe to be full again.
    Atomics.wait(never, 0, 0, 2);
  };
  await using run = await record(pool, specOf('yes & read line; exit 4', { stdin: 'pipe' }), seen);
  await vi.waitFor(() => {
    expect(seen.outputBytes).toBeGreaterThan(0);
  }, WAIT);
  run.child.endStdin(() => undefined);
  expect((await seen.exited).exitCode).toBe(4);
  run.child.signalGroup('SIGKILL');
  await seen.closed;
});

test.runIf(onLinux)('a paused child blocks, and resuming loses nothing', async () => {
  await using run = await record(pool, specOf('exec seq 1 200000'));
  const expected = Array.from({ length: 200_000 }, (_, at) => `${at + 1}\n`).join('');
  run.child.pauseOutput();
  // 64 KiB fit into the pipe; then it sleeps in a write.
  await vi.waitFor(() => {
    expect(readFileSync(`/proc/${run.child.pid}/stat`, 'latin1')).toMatch(/^\d+ \(seq\) S /);
  }, WAIT);
  // A reader that had not stopped would get its bytes in the first of these turns.
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  expect(run.seen.outputBytes).toBe(0);
  run.child.resumeOutput();
  await run.seen.closed;
  expect(run.seen.text('stdout', 'exit') === expected).toBe(true);
});

test('pausing and resuming at every chunk loses nothing', async () => {
  const seen = new Recording();
  const holder: { child?: Child } = {};
  const keep = seen.onOutput.bind(seen);
  seen.onOutput = (stream, bytes) => {
    keep(stream, bytes);
    holder.child?.pauseOutput();
    setImmediate(() => holder.child?.resumeOutput());
  };
  holder.child = (await record(pool, specOf('seq 1 200000'), seen)).child;
  await seen.closed;
  expect(seen.text() === Array.from({ length: 200_000 }, (_, at) => `${at + 1}\n`).join('')).toBe(true);
});

test('100 MB go through cat in both directions at once', { timeout: LONG_MS }, async () => {
  const block = Buffer.alloc(1_000_000, 'holdfast ');
  const seen = new Recording({ keepsOutput: false });
  const { child } = await record(pool, specOf(['cat'], { stdin: 'pipe' }), seen);
  const expected = createHash('sha256');
  for (let sent = 0; sent < 100; sent += 1) {
    expected.update(block);
    expect(await written(child, block)).toBeUndefined();
  }
  child.endStdin(() => undefined);
  await seen.closed;
  expect(seen.outputBytes).toBe(100_000_000);
  expect(seen.sha256()).toBe(expected.digest('hex'));
});

test('writes keep their order, and the end comes after them', async () => {
  const { child, seen } = await record(pool, specOf(['cat'], { stdin: 'pipe' }));
  // More than the pipe holds, so that most of it still waits when the end is asked for.
  const lines = Array.from({ length: 100 }, (_, line) => `${line} `.padEnd(10_000, 'x'));
  const answers = lines.map((line) => written(child, Buffer.from(line)));
  child.endStdin(() => undefined);
  child.endStdin(() => undefined);
  expect(await written(child, Buffer.from('late'))).toBeInstanceOf(Error);
  expect(await Promise.all(answers)).toEqual(lines.map(() => undefined));
  await seen.closed;
  expect(seen.text() === lines.join('')).toBe(true);
});

test('a child that closes its stdin is reported once, and later writes fail', async () => {
  await using run = await record(pool, specOf('exec <&-; echo closed; exec sleep 30', { stdin: 'pipe' }));
  await vi.waitFor(() => {
    expect(run.seen.text()).toBe('closed\n');
  }, WAIT);
  const answers = [written(run.child, Buffer.alloc(10)), written(run.child, Buffer.alloc(200_000))];
  expect(await Promise.all(answers)).toEqual([expect.any(Error), expect.any(Error)]);
  expect(await written(run.child, Buffer.alloc(10))).toBeInstanceOf(Error);
  expect(run.seen.order).toEqual(['output', 'stdinClosed']);
});

test('a write to a child without a stdin pipe fails', async () => {
  const { child, seen } = await record(pool, specOf('read line; echo "$?"'));
  expect(await written(child, Buffer.from('x'))).toBeInstanceOf(Error);
  await seen.closed;
  expect(seen.text()).toBe('1\n');
});

test.runIf(onLinux).each(['null', 'pipe'] as const)(
  'only descriptors 0 to 2 reach a child with stdin %s',
  async (stdin) => {
    const files = Array.from({ length: 10 }, () => openSync('/dev/null', 'r'));
    // Whoever started this test may have left descriptors open for everyone to inherit; they are not the spawn's.
    const foreign = readdirSync('/proc/self/fd').map(Number).filter(isInheritable);
    const seen = await run(['ls', '/proc/self/fd'], { stdin });
    for (const fd of files) closeSync(fd);
    const inherited = new Set(seen.text().trim().split('\n').map(Number));
    for (const fd of foreign) inherited.delete(fd);
    // The listing itself takes one.
    expect([...inherited].filter((fd) => fd <= 2)).toEqual([0, 1, 2]);
    expect(inherited.size).toBe(4);
  },
);

function isInheritable(fd: number): boolean {
  if (fd <= 2) return false;
  const file = `/proc/self/fdinfo/${fd}`;
  const flags = existsSync(file) ? /flags:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  return flags !== undefined && (parseInt(flags, 8) & 0o2000000) === 0;
}

test.runIf(onLinux)('the descriptors of a child block', async () => {
  const seen = await run('grep flags: /proc/self/fdinfo/0 /proc/self/fdinfo/1 /proc/self/fdinfo/2', {
    stdin: 'pipe',
  });
  const flags = [...seen.text().matchAll(/flags:\s+(\d+)/g)].map(
    (match) => parseInt(match[1] ?? '', 8) & 0o4000,
  );
  expect(flags).toEqual([0, 0, 0]);
});

test.runIf(onLinux)('a child leads its own session and group', async () => {
  const { child, seen } = await record(pool, specOf('cut -d" " -f1,5,6 /proc/$$/stat'));
  await seen.closed;
  expect(seen.text()).toBe(`${child.pid} ${child.pid} ${child.pid}\n`);
});

test.runIf(onLinux)('a child starts with default signal handling and nothing blocked', async () => {
  const seen = await run(['grep', '-E', '^(SigBlk|SigIgn)', '/proc/self/status']);
  const masks = seen.text().match(/[0-9a-f]{16}/g);
  expect(masks).toEqual(['0'.repeat(16), '0'.repeat(16)]);
});

test('the environment is exactly the given one, also under coverage', async () => {
  vi.stubEnv('NODE_V8_COVERAGE', directory);
  try {
    const seen = await run(['/usr/bin/env'], { env: { ONE: '1', TWO: 'a=b\nc' } });
    expect(seen.text()).toBe('ONE=1\nTWO=a=b\nc\n');
    const given = await run(['/usr/bin/env'], { env: { NODE_V8_COVERAGE: 'x' } });
    expect(given.text()).toBe('NODE_V8_COVERAGE=x\n');
  } finally {
    vi.unstubAllEnvs();
  }
});

test('arg0 is the name that the program sees', async () => {
  const seen = await run(['/bin/sh', '-c', 'echo "$0"'], { arg0: 'renamed' });
  expect(seen.text()).toBe('renamed\n');
});

test('the working directory is the given one', async () => {
  symlinkSync('/', path.join(directory, 'root'));
  const seen = await run('pwd -P', { cwd: path.join(directory, 'root') });
  expect(seen.text()).toBe('/\n');
});

test('a death by signal is 128 plus its number', async () => {
  const { child, seen } = await record(pool, specOf('exec sleep 30'));
  expect(child.signalProcess('SIGTERM')).toBe(true);
  expect(await seen.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
  expect([child.signalProcess('SIGTERM'), child.signalGroup('SIGTERM')]).toEqual([false, false]);
  await seen.closed;
});

test.runIf(onLinux)(
  'a death by a real-time signal is 128 plus its number where the end of output came first',
  async () => {
    const exitCodes = new Set<number>();
    // Now and then Node is faster.
    for (let tries = 0; tries < 20 && !exitCodes.has(163); tries += 1) {
      const { exitCode, signal } = await (await run('kill -35 $$')).exited;
      expect(signal).toBeNull();
      exitCodes.add(exitCode);
    }
    expect(exitCodes).toContain(163);
  },
);

test.runIf(onLinux)(
  'a child that closes its output and is stopped meanwhile exits with its own code',
  async () => {
    const { child, seen } = await record(pool, specOf('exec >&- 2>&-; kill -STOP $$; exit 0'));
    await vi.waitFor(() => {
      expect(stateOf(child.pid)).toBe('T');
      expect(child.outputPipes()).toEqual([]);
    }, WAIT);
    child.signalProcess('SIGCONT');
    expect(await seen.exited).toEqual({ exitCode: 0, signal: null });
  },
);

test('a group signal reaches what an ended child left in its group', async () => {
  await using run = await record(pool, specOf('sleep 30 & echo left'));
  await run.seen.exited;
  expect(run.child.signalProcess('SIGTERM')).toBe(false);
  expect(run.child.signalGroup('SIGTERM')).toBe(true);
  await run.seen.closed;
});

test('300 children at once all close, and leave no process behind', { timeout: LONG_MS }, async () => {
  const one = async (at: number): Promise<string> => {
    const { child, seen } = await record(pool, specOf(`cat; echo ${at}`, { stdin: 'pipe' }));
    await written(child, Buffer.from('in '));
    child.endStdin(() => undefined);
    await seen.closed;
    expect(seen.order).toEqual(['output', 'exit', 'closed']);
    if (onLinux) expect(existsSync(`/proc/${child.pid}`)).toBe(false);
    return seen.text();
  };
  const texts = await Promise.all(Array.from({ length: 300 }, (_, at) => one(at)));
  expect(texts).toEqual(Array.from({ length: 300 }, (_, at) => `in ${at}\n`));
});
