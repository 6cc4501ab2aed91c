import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { connect } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { Command } from '../command.js';
import { within } from '../deadline.js';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.js';
import { PROGRAM, spawnHoldfast, startServer } from '../harness.js';
import { seeded } from '../random.js';
import { chaos } from './chaos.js';
import { numbered } from './chaos-jobs.js';
import { EVERY_MS, IS_SOAK, SEED } from './chaos-settings.js';

const DURATION_MS = IS_SOAK ? 30_000 : 5_000;
const LIMIT_MS = DURATION_MS + 60_000;

/** Gives a program a terminal of its own. */
const SCRIPT = '/usr/bin/script';

test(`run, logs -f and attach live through every kind of cut (seed ${SEED})`, {
  timeout: LIMIT_MS,
}, async () => {
  await using server = await startServer({ sessionTtl: '80s' });
  await using proxy = await startFaultProxy(server.url);
  await using owner = await connect(server.url);
  const lines = Math.ceil(DURATION_MS / 70);
  const loop = `n=0; while [ $n -lt ${lines} ]; do n=$((n+1)); echo "line $n"; sleep 0.05; done`;
  const script = `${loop}; echo end >&2; exit 7`;
  await owner.spawn(['sh', '-c', script], { id: 'watched' }).started;
  const command = (...args: string[]): Command =>
    new Command(spawnHoldfast(args, { HOLDFAST_URL: proxy.url }));
  const run = command('run', '--', 'sh', '-c', script);
  const logs = command('logs', '-f', 'watched');
  const attach = command('attach', '--no-stdin', '--replay', 'watched');
  const input = command('run', '-i', '--', 'sh', '-c', 'echo line 0; exec cat');
  for (const one of [run, logs, attach, input]) await one.prints('line ');
  let written = 0;
  const writing = setInterval(() => {
    written += 1;
    input.child.stdin.write(`line ${written}\n`);
  }, 10);
  await chaosFor(proxy, 4);
  clearInterval(writing);
  input.child.stdin.end();
  const ended = Promise.all([run.ended, logs.ended, attach.ended, input.ended]);
  const text = numbered('line ', lines);
  expect(await within('the end of all commands', ended, LIMIT_MS)).toEqual([
    { code: 7, stdout: text, stderr: 'end\n' },
    { code: 0, stdout: text, stderr: 'end\n' },
    { code: 7, stdout: text, stderr: 'end\n' },
    { code: 0, stdout: numbered('line ', written + 1, 0), stderr: '' },
  ]);
});

test.runIf(existsSync(SCRIPT))(
  `a shell in a terminal takes what is typed through every kind of cut (seed ${SEED})`,
  { timeout: LIMIT_MS },
  async () => {
    await using server = await startServer({ sessionTtl: '80s' });
    await using proxy = await startFaultProxy(server.url);
    const mode = `stty -a | grep -o -- '-\\?icanon'`;
    const run = `"$NODE" "$PROGRAM" run -t -i -- sh`;
    const line = `${mode}; ${run}; code=$?; ${mode}; exit $code`;
    const env = {
      PATH: process.env['PATH'],
      SHELL: '/bin/sh',
      NODE: process.execPath,
      PROGRAM,
      HOLDFAST_URL: proxy.url,
    };
    const terminal = new Command(
      spawn(SCRIPT, ['-qec', line, '/dev/null'], { cwd: tmpdir(), env, stdio: 'pipe' }),
    );
    const typed = async (text: string, answer: string): Promise<void> => {
      terminal.child.stdin.write(`${text}\n`);
      await terminal.prints(answer);
    };
    await terminal.prints('icanon\r\n');
    // What is computed cannot be mistaken for its echo.
    await typed('stty -echo; PS1=; n=0; echo ready$((1+1))', 'ready2\r');
    const until = performance.now() + DURATION_MS;
    const cutting = chaosFor(proxy, 1);
    let count = 0;
    while (performance.now() < until) {
      count += 1;
      await typed('n=$((n+1)); echo "<$n>"', `<${count}>\r`);
    }
    await cutting;
    terminal.child.stdin.write('exit 5\n');
    const { code, stdout } = await within('the end of the terminal', terminal.ended, LIMIT_MS);
    const answers = [...stdout.matchAll(/<(\d+)>\r/g)].map(([, answer]) => Number(answer));
    expect({ code, answers, modes: stdout.match(/-?icanon/g) }).toEqual({
      code: 5,
      answers: Array.from({ length: count }, (_, at) => at + 1),
      modes: ['icanon', 'icanon'],
    });
  },
);

async function chaosFor(proxy: FaultProxy, clients: number): Promise<void> {
  const until = performance.now() + DURATION_MS;
  const goesOn = (): boolean => performance.now() < until;
  const record = await chaos(proxy, { random: seeded(SEED), everyMs: EVERY_MS, clients, goesOn });
  console.log(`seed ${SEED}: ${JSON.stringify({ ...record, ...proxy.counts })}`);
}
