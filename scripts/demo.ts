import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Client, connect, type RecoveryReport } from '@holdfast/exec-client';
import { type FaultProxy, startFaultProxy } from '../e2e/fault-proxy.js';

// Shows the main job with public commands and the public client alone. Leaves with 1 when anything it claims does not hold.

const HOLDFAST = new URL('../node_modules/.bin/holdfast', import.meta.url).pathname;
const README = new URL('../README.md', import.meta.url).pathname;
const NUMBERS = 12_700_000;
const MEGABYTE = 1_000_000;

let failures = 0;

const server = spawn(HOLDFAST, ['serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const url = await firstLine(server);
  headline('1. A server runs on this machine, on a real socket');
  say(`$ holdfast serve\n${url.replace(/token=.*/, 'token=…')}`);
  await liveOutput(url);
  await exitCode(url);
  await stdin(url);
  await interrupt(url);
  await using client = await connect(url);
  await hundredMegabytes(client);
  await manyAtOnce(client);
  await cutLink(url);
} finally {
  server.kill('SIGTERM');
  await once(server, 'exit');
}
closing();
process.exitCode = failures === 0 ? 0 : 1;

async function liveOutput(url: string): Promise<void> {
  headline('2. Output arrives while the command runs, on the right stream');
  const script = 'for n in 1 2 3 4 5; do echo "line $n, pid $$"; sleep 0.2; done; echo "a warning" >&2';
  const { code, stdout, stderr, firstMs, totalMs } = await run(url, ['--', 'sh', '-c', script]);
  check(
    code === 0 && stdout.split('\n').length === 6 && stderr === 'a warning\n',
    'five lines on stdout, one on stderr',
  );
  check(
    totalMs - firstMs > 500,
    `the first line came ${Math.round(totalMs - firstMs)} ms before the command ended`,
  );
}

async function exitCode(url: string): Promise<void> {
  headline('3. A command that fails keeps its exit code');
  const failed = await run(url, ['--', 'ls', '/no/such/place']);
  const local = await collect(spawn('ls', ['/no/such/place'], { stdio: ['ignore', 'pipe', 'pipe'] }));
  check(
    failed.code === local.code && failed.code !== 0,
    `exit code ${String(failed.code)}, the same as without Holdfast`,
  );
  const missing = await run(url, ['--', 'no-such-program']);
  check(missing.code === 127, `a program that does not exist: ${String(missing.code)}, as a shell says it`);
}

async function stdin(url: string): Promise<void> {
  headline('4. Stdin goes through with -i: the README is hashed over there');
  const child = spawn(HOLDFAST, ['run', '--url', url, '-i', '--', 'sha256sum'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  createReadStream(README).pipe(child.stdin);
  say('$ holdfast run -i -- sha256sum < README.md');
  const { stdout } = await collect(child, process.stdout);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(README)) hash.update(chunk as Buffer);
  check(stdout.startsWith(hash.digest('hex')), 'the hash is the one that was computed here');
}

async function interrupt(url: string): Promise<void> {
  headline('5. Ctrl-C reaches the command');
  const script = 'echo "working; press Ctrl-C"; while :; do sleep 0.05; done';
  const child = spawn(HOLDFAST, ['run', '--url', url, '--', 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  say(`$ holdfast run -- sh -c '${script}'`);
  child.stdout.once('data', () => child.kill('SIGINT'));
  const { code, totalMs } = await collect(child, process.stdout);
  check(code === 130, `^C: exit code ${String(code)} (128 + SIGINT), after ${Math.round(totalMs)} ms`);
}

async function hundredMegabytes(client: Client): Promise<void> {
  headline('6. 100 MB of output, byte for byte');
  const argv = ['seq', '1', String(NUMBERS)] as const;
  const started = performance.now();
  const handle = client.spawn(argv);
  const remote = createHash('sha256');
  let bytes = 0;
  for await (const event of handle.events()) {
    if (event.type !== 'output') continue;
    remote.update(event.bytes);
    bytes += event.bytes.length;
    if (process.stdout.isTTY) process.stdout.write(`\r   ${String(Math.round(bytes / MEGABYTE))} MB`);
  }
  const seconds = (performance.now() - started) / 1000;
  if (process.stdout.isTTY) process.stdout.write('\r');
  const local = createHash('sha256');
  const [program, ...args] = argv;
  for await (const chunk of spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout)
    local.update(chunk as Buffer);
  const hash = remote.digest('hex');
  say(
    `   ${argv.join(' ')}: ${(bytes / MEGABYTE).toFixed(1)} MB in ${seconds.toFixed(2)} s, ${Math.round(bytes / MEGABYTE / seconds).toString()} MB/s, hashing included`,
  );
  check(
    bytes > 100 * MEGABYTE && hash === local.digest('hex'),
    `sha256 ${hash.slice(0, 16)}…, the same as of the same command run here`,
  );
}

async function manyAtOnce(client: Client): Promise<void> {
  headline('7. 100 commands at once on one connection');
  const started = performance.now();
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      client.exec(['sh', '-c', `echo ${String(at)}; echo e${String(at)} >&2`]),
    ),
  );
  const isRight = results.every(
    (result, at) => result.stdout === `${String(at)}\n` && result.stderr === `e${String(at)}\n`,
  );
  check(isRight, `each with its own output, ${Math.round(performance.now() - started).toString()} ms in all`);
}

async function cutLink(url: string): Promise<void> {
  headline('8. The link is cut while a command prints, twice');
  await using proxy = await startFaultProxy(url);
  await using client = await connect(proxy.url);
  const recoveries: RecoveryReport[] = [];
  client.on('state', ({ recovery }) => {
    if (recovery === undefined) return;
    recoveries.push(recovery);
    const { durationMs, attempts, replayedEvents } = recovery;
    say(
      `   ──── resumed ${Math.round(durationMs).toString()} ms after the cut, attempt ${String(attempts)}, ${String(replayedEvents)} events replayed`,
    );
  });
  const handle = client.spawn([
    'sh',
    '-c',
    'n=0; while [ $n -lt 30 ]; do n=$((n+1)); echo "line $n"; sleep 0.1; done',
  ]);
  const lines: string[] = [];
  for await (const line of handle.lines()) {
    say(`   ${line}`);
    lines.push(line);
    if (line === 'line 5') cut(proxy, 'reset, and nobody answers for half a second');
    if (line === 'line 18') cut(proxy, 'and once more');
  }
  const expected = Array.from({ length: 30 }, (_, at) => `line ${String(at + 1)}`);
  check(lines.join() === expected.join(), 'thirty lines, none of them missing, none twice');
  check((await handle.exited).exitCode === 0, 'the command never noticed: exit code 0');
  check(
    recoveries.length === 2 &&
      recoveries.every(({ gaps, replayedEvents }) => gaps === 0 && replayedEvents > 0),
    'what it printed meanwhile was replayed, both times',
  );
}

function cut(proxy: FaultProxy, how: string): void {
  say(`   ──── the link is cut: ${how}`);
  proxy.newLinks = { kind: 'refuse' };
  proxy.inject({ kind: 'reset' });
  setTimeout(() => (proxy.newLinks = { kind: 'pass' }), 500);
}

async function run(url: string, args: readonly string[]): Promise<Collected> {
  say(`$ holdfast run ${args.map((arg) => (/[^\w/.-]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`);
  return await collect(
    spawn(HOLDFAST, ['run', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOLDFAST_URL: url },
    }),
    process.stdout,
  );
}

interface Collected {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly firstMs: number;
  readonly totalMs: number;
}

async function collect(child: ChildProcess, echo?: NodeJS.WritableStream): Promise<Collected> {
  const started = performance.now();
  let firstMs = 0;
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      firstMs ||= performance.now() - started;
      texts[name] += text;
      echo?.write(text.replace(/^(?=.)/gm, name === 'stderr' ? '   stderr| ' : '   '));
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts, firstMs, totalMs: performance.now() - started };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the server has no stdout');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('the server ended before it said where it listens');
}

function check(isTrue: boolean, claim: string): void {
  if (!isTrue) failures += 1;
  say(`${isTrue ? '✓' : '✗ DOES NOT HOLD:'} ${claim}`);
}

function headline(text: string): void {
  console.log(`\n${text}\n`);
}

function say(text: string): void {
  console.log(text);
}

function closing(): void {
  headline(
    failures === 0 ? 'Everything above was checked and holds.' : `${String(failures)} claims did not hold.`,
  );
  say('To do it yourself, in two terminals:\n');
  say('  $ node_modules/.bin/holdfast serve');
  say("  $ HOLDFAST_URL='<the line that serve printed>' node_modules/.bin/holdfast run -- uname -a\n");
}
