import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Client, ProcessHandle, TerminalSize } from '@holdfast/exec-client';

/** What somebody gets done on a server, whatever happens to the link. */
export interface Job {
  readonly name: string;
  /** Works until the chaos is over, or for as long as the work takes. @returns what came of it and what must have. */
  run(client: Client, isOver: () => boolean): Promise<Outcome>;
}

/** What came of a job, and what must have. */
interface Outcome {
  readonly actual: unknown;
  readonly expected: unknown;
}

/** What a process did, as its events tell. */
interface Account {
  /** Hashes of what came on each stream. */
  readonly streams: Readonly<Record<'stdout' | 'stderr' | 'pty', string>>;
  /** Bytes that came, and bytes that the server says that there were. */
  readonly bytes: readonly [number, number];
  /** Numbers of events that did not follow the one before. */
  readonly misplaced: readonly number[];
  readonly sizes: readonly TerminalSize[];
  readonly end: { readonly exitCode: number; readonly signal: string | null };
}

/** Prints that many numbered lines on both streams or on a terminal, with a pause after each, and ends with an exit code. */
export function printer(lines: number, { tty = false, exitCode = 0 } = {}): Job {
  const name = `${lines} lines ${tty ? 'on a terminal' : 'on pipes'}`;
  return {
    name,
    async run(client) {
      const handle = client.spawn(shell(PRINTER, lines, exitCode), tty ? { pty: true } : {});
      const [out, err] = [numbered('line ', lines), numbered('warning ', lines)];
      const interleaved = Array.from({ length: lines }, (_, at) => {
        const n = String(at + 1);
        return `line ${n}\r\nwarning ${n}\r\n`;
      }).join('');
      const texts = tty ? { pty: interleaved } : { stdout: out, stderr: err };
      return { actual: await account(handle), expected: accountOf(texts, exitCode) };
    },
  };
}

const PRINTER =
  'n=0; while [ $n -lt $1 ]; do n=$((n+1)); echo "line $n"; echo "warning $n" >&2; sleep 0.05; done; exit $2';

/** Prints as many numbers as make so many bytes, in batches, so that it takes its time. */
export function flood(batches: number, perBatch: number): Job {
  return {
    name: 'a flood',
    async run(client) {
      const handle = client.spawn(shell(FLOOD, batches, perBatch));
      const hash = createHash('sha256');
      let bytes = 0;
      for (let from = 1; from <= batches * perBatch; from += 10_000) {
        const lines = numbered('', 10_000, from);
        hash.update(lines);
        bytes += lines.length;
      }
      const expected = { ...accountOf({}), bytes: [bytes, bytes] };
      return {
        actual: await account(handle),
        expected: { ...expected, streams: { ...expected.streams, stdout: hash.digest('hex') } },
      };
    },
  };
}

const FLOOD =
  'n=0; while [ $n -lt $1 ]; do seq $((n * $2 + 1)) $(((n + 1) * $2)); n=$((n+1)); sleep 0.1; done';

/** Writes numbered lines to a process that gives them back, several writes under way at once. */
export function echo({ tty = false } = {}): Job {
  return {
    name: `numbered stdin ${tty ? 'of a terminal' : 'of a pipe'}`,
    async run(client, isOver) {
      // As a terminal does it: neither echo nor carriage returns, and what is typed before "ready" is typed too early.
      const script = tty ? 'stty -echo -onlcr; echo ready; exec cat' : 'echo ready; exec cat';
      const handle = client.spawn(['/bin/sh', '-c', script], {
        stdin: 'pipe',
        ...(tty ? { pty: true } : {}),
      });
      const accounted = account(handle);
      await firstLine(handle);
      let written = 0;
      while (!isOver()) {
        const batch = Array.from({ length: 8 }, (_, at) => handle.write(`${String(written + at + 1)}\n`));
        written += batch.length;
        await Promise.all(batch);
      }
      await handle.end();
      const text = `ready\n${numbered('', written)}`;
      return { actual: await accounted, expected: accountOf(tty ? { pty: text } : { stdout: text }) };
    },
  };
}

/** Sends signals that the process counts, the next one when it has said that it caught the last. */
export function signals(): Job {
  return {
    name: 'counted signals',
    async run(client, isOver) {
      const script = `n=0; trap 'n=$((n+1)); echo $n' USR1; echo ready; ${UNTIL_TERMINATED}`;
      const handle = client.spawn(['/bin/sh', '-c', script]);
      const accounted = account(handle);
      const lines = handle.lines();
      await lines.next();
      let sent = 0;
      while (!isOver()) {
        await handle.signal('SIGUSR1', { target: 'process' });
        sent += 1;
        await lines.next();
      }
      const wasRunning = await handle.terminate();
      await lines.return();
      return {
        actual: { ...(await accounted), wasRunning },
        expected: { ...accountOf({ stdout: `ready\n${numbered('', sent)}` }), wasRunning: true },
      };
    },
  };
}

/** Changes the size of a terminal again and again; the log has each size once. */
export function resizes(): Job {
  return {
    name: 'resizes of a terminal',
    async run(client, isOver) {
      const handle = client.spawn(['/bin/sh', '-c', UNTIL_TERMINATED], { pty: { rows: 1, cols: 80 } });
      const accounted = account(handle);
      const sizes: TerminalSize[] = [];
      while (!isOver()) {
        const size = { rows: 2 + (sizes.length % 500), cols: 80 };
        sizes.push(size);
        await handle.resize(size);
      }
      await handle.terminate();
      return { actual: await accounted, expected: { ...accountOf({}), sizes } };
    },
  };
}

/** Ends well when it is told to, and does not say that its `sleep` was told as well. */
const UNTIL_TERMINATED = 'exec 2>/dev/null; trap "exit 0" TERM; while :; do sleep 0.02; done';

/** Runs short commands, one after the other, each of which leaves its mark in a file. */
export function shortRuns(file: string): Job {
  return {
    name: 'short runs',
    async run(client, isOver) {
      const wrong: unknown[] = [];
      let count = 0;
      while (!isOver()) {
        count += 1;
        const script = 'echo $1 >> "$2"; echo out $1; echo err $1 >&2; exit $(($1 % 7))';
        const { exitCode, stdout, stderr } = await client.exec(shell(script, count, file), { reject: false });
        const isRight =
          exitCode === count % 7 &&
          stdout === `out ${String(count)}\n` &&
          stderr === `err ${String(count)}\n`;
        if (!isRight) wrong.push({ count, exitCode, stdout, stderr });
      }
      const marks = await readFile(file, 'utf8');
      return { actual: { marks, wrong }, expected: { marks: numbered('', count), wrong: [] } };
    },
  };
}

/** Lines with a prefix and a number. */
export function numbered(prefix: string, count: number, from = 1): string {
  return Array.from({ length: count }, (_, at) => `${prefix}${String(from + at)}\n`).join('');
}

function shell(script: string, ...args: readonly (string | number)[]): string[] {
  return ['/bin/sh', '-c', script, 'sh', ...args.map(String)];
}

async function firstLine(handle: ProcessHandle): Promise<void> {
  for await (const _ of handle.lines()) return;
}

async function account(handle: ProcessHandle): Promise<Account> {
  const hashes = { stdout: createHash('sha256'), stderr: createHash('sha256'), pty: createHash('sha256') };
  const misplaced: number[] = [];
  const sizes: TerminalSize[] = [];
  let [last, received, told] = [0, 0, 0];
  for await (const event of handle.events()) {
    if (event.seq !== last + 1) misplaced.push(event.seq);
    last = event.seq;
    if (event.type === 'output') {
      hashes[event.stream].update(event.bytes);
      received += event.bytes.length;
    }
    if (event.type === 'resized') sizes.push(event.size);
    if (event.type === 'closed')
      told = Object.values(event.bytes ?? {}).reduce((sum, bytes) => sum + bytes, 0);
  }
  await handle.closed;
  const streams = {
    stdout: hashes.stdout.digest('hex'),
    stderr: hashes.stderr.digest('hex'),
    pty: hashes.pty.digest('hex'),
  };
  return { streams, bytes: [received, told], misplaced, sizes, end: await handle.exited };
}

/** The account of a process that printed this, in order and without loss. */
function accountOf(texts: Partial<Record<'stdout' | 'stderr' | 'pty', string>>, exitCode = 0): Account {
  const { stdout = '', stderr = '', pty = '' } = texts;
  const bytes = stdout.length + stderr.length + pty.length;
  return {
    streams: { stdout: sha256(stdout), stderr: sha256(stderr), pty: sha256(pty) },
    bytes: [bytes, bytes],
    misplaced: [],
    sizes: [],
    end: { exitCode, signal: null },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
