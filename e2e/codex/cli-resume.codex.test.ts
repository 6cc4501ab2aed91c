import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually } from '../deadline.js';
import { MARK_VARIABLE, noneMarked } from '../process-table.js';
import { describeWithCodex } from './codex.js';
import { runCli } from './codex-cli.js';
import { type CommandReport, ended, execCommand, printed, sessionOf, writeStdin } from './command-tools.js';
import { received } from './received.js';
import { startReferenceServer } from './reference-server.js';
import type { Model } from './scripted-model.js';
import { SERVERS, startHoldfast } from './test-servers.js';
import { answerTo, isResume, prints, startWatchedLink, type WatchedLink } from './watched-link.js';

/** What a command waits for before it prints, and what it leaves behind when it has printed. */
const GO = 'go';
const PRINTED = 'printed';

type LinkedScript = (model: Model, workspace: string, link: WatchedLink) => Promise<void>;

describeWithCodex('the real CLI that loses its link', () => {
  describe.each(SERVERS)('to $name', ({ start }) => {
    const run = (script: LinkedScript): Promise<number> => runBehindLink(start, script);

    test('sees every line once of a command that printed meanwhile', async () => {
      const resumes = await run(async (model, _, link) => {
        const running = execCommand(model, { cmd: slowLines(100, 7), yield_time_ms: 30_000 });
        await link.seen('line 30', prints('line 30\n'));
        link.cut();
        expect(await running).toMatchObject({ exitCode: 7, output: lines(100) });
      });
      expect(resumes).toBe(1);
    });

    test('sees every line once when it loses the link twice', async () => {
      const resumes = await run(async (model, _, link) => {
        const running = execCommand(model, { cmd: slowLines(150, 0), yield_time_ms: 30_000 });
        await link.seen('line 30', prints('line 30\n'));
        link.cut();
        await link.seen('line 90', prints('line 90\n'));
        link.cut();
        expect(await running).toMatchObject({ exitCode: 0, output: lines(150) });
      });
      expect(resumes).toBe(2);
    });

    test('waits on when nothing was printed meanwhile', async () => {
      const resumes = await run(async (model, workspace, link) => {
        const cmd = 'echo begun; until [ -e go ]; do sleep 0.02; done; echo ended; exit 5';
        const running = execCommand(model, { cmd, yield_time_ms: 30_000 });
        await link.seen('the beginning', prints('begun\n'));
        link.cut();
        await link.seen('a resume', isResume);
        writeFileSync(join(workspace, 'go'), '');
        expect(await running).toMatchObject({ exitCode: 5, output: 'begun\nended\n' });
      });
      expect(resumes).toBe(1);
    });

    test('learns of a command that ended meanwhile', async () => {
      const resumes = await run(async (model, workspace, link) => {
        const report = await missed(model, workspace, link, 'echo more');
        expect(report).toMatchObject({ exitCode: 6, output: 'begun\nmore\n' });
      });
      expect(resumes).toBe(1);
    });

    test('sees every line once of three commands at once, one of them on a terminal', async () => {
      const resumes = await run(async (model, _, link) => {
        const running = [false, false, true].map((tty, at) =>
          execCommand(model, { cmd: slowLines(100, at), tty, yield_time_ms: 30_000 }),
        );
        // Whoever is cut before a start was answered does not know of it, and says so.
        await eventually('a line of each', () => printing(link).size === 3 || undefined);
        await link.seen('line 30 on the terminal', prints('line 30\r\n'));
        link.cut();
        expect(await Promise.all(running)).toMatchObject([
          { exitCode: 0, output: lines(100) },
          { exitCode: 1, output: lines(100) },
          { exitCode: 2, output: lines(100).replaceAll('\n', '\r\n') },
        ]);
      });
      expect(resumes).toBe(1);
    });

    test('runs the next command in the same session', async () => {
      const resumes = await run(async (model, _, link) => {
        expect(await execCommand(model, { cmd: 'echo before' })).toMatchObject({ output: 'before\n' });
        link.cut();
        await link.seen('a resume', isResume);
        expect(await execCommand(model, { cmd: 'echo after' })).toMatchObject({ output: 'after\n' });
      });
      expect(resumes).toBe(1);
    });

    test('writes once what it wrote when the answer was lost', async () => {
      const resumes = await run(async (model, workspace, link) => {
        const cmd =
          'stty -echo; echo ready; while read line; do echo "$line" >> taken; [ "$line" = end ] && exit 0; done';
        const begun = await execCommand(model, { cmd, tty: true, yield_time_ms: 500 });
        expect(await printed(model, begun, '\n')).toMatchObject({ output: 'ready\r\n' });
        const session_id = sessionOf(begun);
        link.tap.cutInsteadOf(answerTo('process/write'));
        await writeStdin(model, { session_id, chars: 'once\n' });
        await ended(model, await writeStdin(model, { session_id, chars: 'end\n' }));
        expect(readFileSync(join(workspace, 'taken'), 'utf8')).toBe('once\nend\n');
      });
      expect(resumes).toBe(1);
    });

    test('ends what it may have started when the answer was lost', async () => {
      const mark = randomUUID();
      const resumes = await run(async (model, workspace, link) => {
        link.tap.cutInsteadOf(answerTo('process/start'));
        const cmd = `touch begun; ${MARK_VARIABLE}=${mark} exec sleep 1000`;
        expect(await model.callTool('exec_command', { cmd })).toMatch(/transport disconnected/);
        // That it was never started would prove nothing.
        await eventually('a start', () => existsSync(join(workspace, 'begun')) || undefined);
        await noneMarked(mark);
      });
      expect(resumes).toBe(1);
    });
  });

  describe('to holdfast', () => {
    const run = (script: LinkedScript): Promise<number> => runBehindLink(startHoldfast, script);

    test('gets each of more than a thousand events that it missed', async () => {
      const resumes = await run(async (model, workspace, link) => {
        // In turns, so that each line is an event, and without a program that has to be started for each wait.
        const wait = 'read -rt 0.001 -u 9';
        const print = `exec 9<> <(:); for i in $(seq 1 1500); do echo "out $i"; ${wait}; echo "err $i" >&2; ${wait}; done`;
        const report = await missed(model, workspace, link, print);
        expect(report).toMatchObject({ exitCode: 6 });
        const printedLines = report.output.split('\n').slice(1, -1);
        const on = (stream: string): string[] => printedLines.filter((line) => line.startsWith(stream));
        const expected = (stream: string): string[] =>
          Array.from({ length: 1500 }, (_, at) => `${stream} ${at + 1}`);
        expect({ lines: printedLines.length, out: on('out'), err: on('err') }).toEqual({
          lines: 3000,
          out: expected('out'),
          err: expected('err'),
        });
        expect(received(link.tap.messages, processIn(link)).events).toBeGreaterThan(1000);
      });
      expect(resumes).toBe(1);
    });

    test('gets all of 30 MB in more than a thousand events that it missed', async () => {
      const resumes = await run(async (model, workspace, link) => {
        const numbers = Array.from({ length: 3_000_000 }, (_, at) => `${String(at + 1).padStart(9, '0')}\n`);
        const whole = Buffer.from(`begun\n${numbers.join('')}`);
        const report = await missed(model, workspace, link, 'seq -f "%09.0f" 1 3000000');
        // The CLI shows both ends, and counts what it leaves out.
        expect(report).toMatchObject({ exitCode: 6, tokens: Math.ceil(whole.length / 4) });
        expect(report.output).toMatch(/begun\n000000001\n000000002\n[^]*\n002999999\n003000000\n$/);
        const { output, events } = received(link.tap.messages, processIn(link));
        expect({ bytes: output.length, isWhole: output.equals(whole) }).toEqual({
          bytes: whole.length,
          isWhole: true,
        });
        expect(whole.length).toBeGreaterThan(20 * 1024 * 1024);
        expect(events).toBeGreaterThan(1000);
      });
      expect(resumes).toBe(1);
    });

    test('gets all of 60 MB that a command prints without a pause', async () => {
      const resumes = await run(async (model, _, link) => {
        const running = execCommand(model, {
          cmd: 'seq -f "%09.0f" 1 6000000; exit 6',
          yield_time_ms: 30_000,
        });
        await link.seen('the beginning', prints('\n'));
        link.cut();
        expect(await ended(model, await running)).toMatchObject({ exitCode: 6, tokens: 15_000_000 });
      });
      expect(resumes).toBe(1);
    });

    test('goes on although the server has not noticed that the old link is dead', async () => {
      const resumes = await run(async (model, _, link) => {
        const running = execCommand(model, { cmd: slowLines(100, 7), yield_time_ms: 30_000 });
        await link.seen('line 30', prints('line 30\n'));
        link.abandon();
        expect(await ended(model, await running)).toMatchObject({ exitCode: 7, output: lines(100) });
      });
      // All but the last were told that the session is busy.
      expect(resumes).toBeGreaterThan(1);
    });
  });

  test('to the reference server loses a command that printed more than a megabyte meanwhile', async () => {
    await runBehindLink(startReferenceServer, async (model, workspace, link) => {
      const report = missed(model, workspace, link, 'seq 1 300000');
      await expect(report).rejects.toThrow(
        /failed to recover process |process events are no longer retained/,
      );
    });
  });
});

/** Runs the CLI behind a link, and gives how often it asked to take its session over. */
async function runBehindLink(
  start: () => Promise<AsyncDisposable & { readonly url: string }>,
  script: LinkedScript,
): Promise<number> {
  await using server = await start();
  await using link = await startWatchedLink(server.url);
  const { exitCode } = await runCli({
    url: link.url,
    script: (model, workspace) => script(model, workspace, link),
  });
  expect(exitCode).toBe(0);
  return link.tap.messages.filter(isResume).length;
}

/** Runs a command that prints while the CLI is kept away, and gives what the CLI tells of it in the end. */
async function missed(
  model: Model,
  workspace: string,
  link: WatchedLink,
  print: string,
): Promise<CommandReport> {
  const cmd = `echo begun; until [ -e ${GO} ]; do sleep 0.02; done; ${print}; touch ${PRINTED}; exit 6`;
  const running = execCommand(model, { cmd, yield_time_ms: 30_000 });
  await link.seen('the beginning', prints('begun\n'));
  link.close();
  writeFileSync(join(workspace, GO), '');
  await eventually('the end of the printing', () => existsSync(join(workspace, PRINTED)) || undefined);
  link.open();
  return await ended(model, await running);
}

/** The process of the only command that the CLI has started. */
function processIn(link: WatchedLink): string {
  const starts = link.tap.messages.filter(({ message }) => message.method === 'process/start');
  expect(starts).toHaveLength(1);
  return starts[0]?.message.params?.['processId'] as string;
}

/** The processes that have printed. */
function printing(link: WatchedLink): ReadonlySet<unknown> {
  return new Set(link.tap.messages.filter(prints('\n')).map(({ message }) => message.params?.['processId']));
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, at) => `line ${at + 1}\n`).join('');
}

function slowLines(count: number, exitCode: number): string {
  return `for i in $(seq 1 ${count}); do echo "line $i"; sleep 0.01; done; exit ${exitCode}`;
}
