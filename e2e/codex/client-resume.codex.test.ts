import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Client,
  type ConnectOptions,
  connect,
  GapError,
  type ProcessHandle,
} from '@holdfast/exec-client';
import { describe, expect, test } from 'vitest';
import { eventually } from '../deadline.js';
import { temporaryDirectory } from '../harness.js';
import { MARK_VARIABLE, noneMarked } from '../process-table.js';
import { describeWithCodex } from './codex.js';
import { startReferenceServer } from './reference-server.js';
import { SERVERS, startHoldfast, type TestedServer } from './test-servers.js';
import { answerTo, isResume, prints, startWatchedLink, type WatchedLink } from './watched-link.js';

interface World {
  readonly client: Client;
  readonly link: WatchedLink;
  /** A directory of the executor, for what commands wait for and leave behind. */
  readonly place: string;
}

const OUTCOME_UNKNOWN = { kind: 'outcomeUnknown' };

/** The code for a session that another connection holds. */
const SESSION_BUSY = -32010;

describeWithCodex('our client without extensions that loses its link', () => {
  describe.each(SERVERS)('to $name', ({ start }) => {
    const run = (play: (world: World) => Promise<void>): Promise<number> => playBehindLink(start, play);

    test('gives every line once of a command that printed meanwhile', async () => {
      const resumes = await run(async ({ client, link }) => {
        const running = client.exec(['sh', '-c', slowLines(100, 7)], { reject: false });
        await link.seen('line 30', prints('line 30\n'));
        link.cut();
        expect(await running).toMatchObject({ exitCode: 7, stdout: lines(100) });
      });
      expect(resumes).toBe(1);
    });

    test('gives every line once when it loses the link twice', async () => {
      const resumes = await run(async ({ client, link }) => {
        const running = client.exec(['sh', '-c', slowLines(150, 0)]);
        await link.seen('line 30', prints('line 30\n'));
        link.cut();
        await link.seen('line 90', prints('line 90\n'));
        link.cut();
        expect(await running).toMatchObject({ exitCode: 0, stdout: lines(150) });
      });
      expect(resumes).toBe(2);
    });

    test('takes its session over when nothing happens', async () => {
      const resumes = await run(async ({ client, link, place }) => {
        const running = client.spawn(
          ['sh', '-c', 'echo begun; until [ -e go ]; do sleep 0.02; done; echo ended'],
          { cwd: place },
        );
        await link.seen('the beginning', prints('begun\n'));
        link.cut();
        await link.seen('a resume', isResume);
        writeFileSync(join(place, 'go'), '');
        expect(await linesOf(running)).toEqual(['begun', 'ended']);
        expect(await client.exec(['echo', 'next'])).toMatchObject({ stdout: 'next\n' });
      });
      expect(resumes).toBe(1);
    });

    test('gives all of the 900 KB that it missed, of each of three processes', async () => {
      await run(async (world) => {
        const running = [1, 2, 3].map((n) => startMuted(world, `seq -f "${n} %06.0f" 1 100000`, `go-${n}`));
        await Promise.all(running.map(({ begun }) => begun));
        world.link.close();
        await Promise.all(running.map(({ print }) => print()));
        world.link.open();
        for (const [at, { process }] of running.entries()) {
          const numbers = Array.from(
            { length: 100_000 },
            (_, i) => `${at + 1} ${String(i + 1).padStart(6, '0')}`,
          );
          expect((await linesOf(process)).join('\n') === ['begun', ...numbers].join('\n')).toBe(true);
          expect(await process.exited).toEqual({ exitCode: 6, signal: null });
        }
      });
    });

    test('writes once what it wrote when the answer was lost', async () => {
      const resumes = await run(async ({ client, link }) => {
        await using cat = client.spawn(['cat'], { stdin: 'pipe' });
        const seen = cat.lines();
        await cat.started;
        link.tap.cutInsteadOf(answerTo('process/write'));
        await Promise.all([cat.write('one\n'), cat.write('two\n'), cat.write('three\n')]);
        expect([await seen.next(), await seen.next(), await seen.next()].map(({ value }) => value)).toEqual([
          'one',
          'two',
          'three',
        ]);
        await cat.write('four\n');
        expect((await seen.next()).value).toBe('four');
      });
      expect(resumes).toBe(1);
    });

    test('does not claim to know of a start whose answer was lost, and ends what it may have started', async () => {
      const mark = randomUUID();
      const resumes = await run(async ({ client, link, place }) => {
        link.tap.cutInsteadOf(answerTo('process/start'));
        const lost = client.spawn(['sh', '-c', 'touch begun; exec sleep 1000'], {
          cwd: place,
          env: { [MARK_VARIABLE]: mark },
        });
        await expect(lost.started).rejects.toMatchObject(OUTCOME_UNKNOWN);
        await expect(lost.exited).rejects.toMatchObject(OUTCOME_UNKNOWN);
        // That it was never started would prove nothing.
        await eventually('a start', () => existsSync(join(place, 'begun')) || undefined);
        await noneMarked(mark);
        expect(await client.exec(['echo', 'next'])).toMatchObject({ stdout: 'next\n' });
      });
      expect(resumes).toBe(1);
    });

    test('does not claim to know of a signal whose answer was lost, and repeats none', async () => {
      const resumes = await run(async ({ client, link, place }) => {
        const count = 'trap "echo x >> signals" INT; echo ready; until [ -e go ]; do sleep 0.02; done';
        const counting = client.spawn(['sh', '-c', count], { cwd: place });
        await link.seen('the beginning', prints('ready\n'));
        link.tap.cutInsteadOf(answerTo('process/signal'));
        await expect(counting.signal('SIGINT')).rejects.toMatchObject(OUTCOME_UNKNOWN);
        await counting.signal('SIGINT');
        await eventually(
          'two signals',
          () => readFileSync(join(place, 'signals'), 'utf8') === 'x\nx\n' || undefined,
        );
        writeFileSync(join(place, 'go'), '');
        expect(await counting.exited).toEqual({ exitCode: 0, signal: null });
        expect(readFileSync(join(place, 'signals'), 'utf8')).toBe('x\nx\n');
      });
      expect(resumes).toBe(1);
    });

    test('reads again what it read when the answer was lost', async () => {
      const resumes = await run(async ({ client, link }) => {
        const ended = client.spawn(['seq', '1', '1000']);
        await ended.closed;
        link.tap.cutInsteadOf(answerTo('process/read'));
        expect(await linesOf(ended)).toEqual(Array.from({ length: 1000 }, (_, at) => String(at + 1)));
      });
      expect(resumes).toBe(1);
    });

    test('carries a numbered stream through three cuts, each line once', async () => {
      const resumes = await run(async ({ client, link }) => {
        await using cat = client.spawn(['cat'], { stdin: 'pipe' });
        const seen = cat.lines();
        const cutAt = new Set(['20', '50', '80']);
        const writing = (async () => {
          for (let number = 1; number <= 100; number += 1) await cat.write(`${number}\n`);
        })();
        const numbers: (string | undefined)[] = [];
        while (numbers.length < 100) {
          const { value } = await seen.next();
          numbers.push(value);
          if (value !== undefined && cutAt.has(value)) link.cut();
        }
        await writing;
        expect(numbers).toEqual(Array.from({ length: 100 }, (_, at) => String(at + 1)));
      });
      expect(resumes).toBeGreaterThanOrEqual(3);
    });

    test('goes on with a command on a terminal', async () => {
      await run(async ({ client, link }) => {
        const script = `stty -echo; ${slowLines(60, 0)}`.replace('; exit 0', '; read last; echo "$last"');
        const onTerminal = client.spawn(['bash', '-c', script], { pty: true });
        const seen = linesOf(onTerminal);
        await link.seen('line 30', prints('line 30\r\n'));
        link.cut();
        await onTerminal.write('the end\n');
        expect(await seen).toEqual([...lines(60).trimEnd().split('\n'), 'the end']);
      });
    });

    test('keeps fifty processes', async () => {
      await run(async ({ client, link }) => {
        const cats = Array.from({ length: 50 }, () => client.spawn(['cat'], { stdin: 'pipe' }));
        const views = cats.map((cat) => cat.lines());
        await Promise.all(cats.map(({ started }) => started));
        link.cut();
        await Promise.all(cats.map((cat, at) => cat.write(`${at}\n`)));
        const answers = await Promise.all(views.map(async (view) => (await view.next()).value));
        expect(answers).toEqual(cats.map((_, at) => String(at)));
      });
    });

    test('closes at once while it has no link, and everything that waits fails', async () => {
      await run(async ({ client, link }) => {
        const cat = client.spawn(['cat'], { stdin: 'pipe' });
        await cat.started;
        link.close();
        await eventually('the loss', () => client.state === 'recovering' || undefined);
        const waiting = client.exec(['true']);
        await Promise.all([
          expect(waiting).rejects.toMatchObject({ kind: 'clientClosed' }),
          expect(cat.exited).rejects.toMatchObject({ kind: 'clientClosed' }),
          client.close(),
        ]);
      });
    });

    test('does not take another server for the one that it lost', async () => {
      await run(async ({ client, link }) => {
        await using other = await start();
        const cat = client.spawn(['cat'], { stdin: 'pipe' });
        await cat.started;
        link.faults.retarget(other.url);
        link.cut();
        const lost = { kind: 'connectionLost' };
        await expect(cat.exited).rejects.toMatchObject(lost);
        await expect(cat.write('x')).rejects.toMatchObject(lost);
        await expect(client.exec(['true'])).rejects.toMatchObject(lost);
        expect(await client.closed).toMatchObject(lost);
      });
    });
  });

  test('gets all of the 24 MB that it missed from holdfast', async () => {
    await playBehindLink(startHoldfast, async (world) => {
      const { process, begun, print } = startMuted(world, 'seq -f "%09.0f" 1 2400000', 'go');
      const seen = linesOf(process);
      await begun;
      world.link.close();
      await print();
      world.link.open();
      const [first, ...numbers] = await seen;
      expect({ first, count: numbers.length }).toEqual({ first: 'begun', count: 2_400_000 });
      expect(numbers.findIndex((line, at) => Number(line) !== at + 1)).toBe(-1);
    });
  });

  test('gets 100 MB from holdfast through ten cuts', async () => {
    const resumes = await playBehindLink(startHoldfast, async ({ client, link }) => {
      const whole = Buffer.alloc(100_000_000, '0123456789abcdefghijklmnopqrstuvwxyz\n');
      const print = 'yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c 100000000';
      const big = client.spawn(['sh', '-c', print]);
      const hash = createHash('sha256');
      let bytes = 0;
      let cuts = 0;
      for await (const chunk of big.stdout) {
        hash.update(chunk);
        bytes += chunk.length;
        if (cuts < 10 && bytes > (cuts + 0.5) * 10_000_000) {
          cuts += 1;
          link.cut();
        }
      }
      expect({ bytes, hash: hash.digest('hex'), exit: await big.exited }).toEqual({
        bytes: whole.length,
        hash: createHash('sha256').update(whole).digest('hex'),
        exit: { exitCode: 0, signal: null },
      });
    });
    expect(resumes).toBeGreaterThanOrEqual(5);
  });

  test('goes on within seconds although holdfast has not noticed that the old link is dead', async () => {
    await playBehindLink(startHoldfast, async ({ client, link }) => {
      const running = client.exec(['sh', '-c', slowLines(100, 7)], { reject: false });
      await link.seen('line 30', prints('line 30\n'));
      link.abandon();
      expect(await running).toMatchObject({ exitCode: 7, stdout: lines(100) });
    });
  });

  describe('and the reference server', () => {
    test('is told which events are dropped, and goes on behind them and beside', async () => {
      await playBehindLink(startReferenceServer, async (world) => {
        const { client, link } = world;
        await using beside = client.spawn(['cat'], { stdin: 'pipe' });
        const besideLines = beside.lines();
        await beside.started;
        const { process, begun, print } = startMuted(world, 'seq 1 300000', 'go');
        const seen = linesOf(process);
        await begun;
        link.close();
        await print();
        link.open();
        const gap = await seen.catch((error: unknown) => error);
        expect(gap).toBeInstanceOf(GapError);
        const { from, to } = gap as GapError;
        expect(from).toBe(2);
        const rest = await linesOf(process, to);
        // What came first may be the rest of a line.
        expect(rest.slice(1)).toEqual(
          Array.from({ length: rest.length - 1 }, (_, at) => String(300_002 - rest.length + at)),
        );
        expect(rest.join('\n').length).toBeGreaterThan(900_000);
        expect(await process.exited).toEqual({ exitCode: 6, signal: null });
        await beside.write('still here\n');
        expect((await besideLines.next()).value).toBe('still here');
      });
    });

    test('asks again until it has noticed that the old link is dead', async () => {
      await playBehindLink(startReferenceServer, async ({ client, link }) => {
        const running = client.exec(['sh', '-c', slowLines(100, 7)], { reject: false });
        await link.seen('line 30', prints('line 30\n'));
        link.abandon();
        await link.seen('a refusal', ({ message }) => message.error?.code === SESSION_BUSY);
        link.cut();
        expect(await running).toMatchObject({ exitCode: 7, stdout: lines(100) });
      });
    });

    test('notices by itself that nothing comes any more', async () => {
      await playBehindLink(
        startReferenceServer,
        async ({ client, link }) => {
          const running = client.exec(['sh', '-c', slowLines(100, 7)], { reject: false });
          await link.seen('line 30', prints('line 30\n'));
          link.faults.inject({ kind: 'stall' });
          await eventually('the loss', () => client.state === 'recovering' || undefined);
          link.cut();
          expect(await running).toMatchObject({ exitCode: 7, stdout: lines(100) });
        },
        { silenceMs: 1500 },
      );
    });

    test('gives up in time, and says what stood in the way', async () => {
      await playBehindLink(
        startReferenceServer,
        async ({ client, link }) => {
          const cat = client.spawn(['cat'], { stdin: 'pipe' });
          await cat.started;
          link.abandon();
          const message = expect.stringMatching(/already attached/) as string;
          await expect(cat.exited).rejects.toMatchObject({ kind: 'connectionLost', message });
          expect(await client.closed).toMatchObject({ kind: 'connectionLost' });
        },
        { recoverTimeoutMs: 1500 },
      );
    });
  });
});

/** Plays behind a link to a server of its own, and gives how often the client asked to take its session over. */
async function playBehindLink(
  start: TestedServer['start'],
  play: (world: World) => Promise<void>,
  options: ConnectOptions = {},
): Promise<number> {
  await using server = await start();
  await using place = await temporaryDirectory();
  await using link = await startWatchedLink(server.url);
  await using client = await connect(link.url, { extensions: {}, ...options });
  await play({ client, link, place: place.path });
  return link.tap.messages.filter(isResume).length;
}

/** A process that prints `begun`, and the rest when it is told to; it ends with 6. */
interface Muted {
  readonly process: ProcessHandle;
  readonly begun: Promise<unknown>;
  /** Tells it to, and waits until it has printed. */
  readonly print: () => Promise<void>;
}

function startMuted({ client, link, place }: World, print: string, name: string): Muted {
  const script = `echo begun; until [ -e ${name} ]; do sleep 0.02; done; ${print}; touch ${name}-printed; exit 6`;
  const process = client.spawn(['sh', '-c', script], { cwd: place });
  // A view that is open from the start misses nothing that was pushed.
  return {
    process,
    begun: link.seen(
      `the beginning of ${process.id}`,
      (tapped) => prints('begun\n')(tapped) && tapped.message.params?.['processId'] === process.id,
    ),
    async print() {
      writeFileSync(join(place, name), '');
      await eventually(
        'the end of the printing',
        () => existsSync(join(place, `${name}-printed`)) || undefined,
      );
    },
  };
}

async function linesOf(process: ProcessHandle, after = 0): Promise<string[]> {
  const seen: string[] = [];
  for await (const line of process.lines({ after })) seen.push(line);
  return seen;
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, at) => `line ${at + 1}\n`).join('');
}

function slowLines(count: number, exitCode: number): string {
  return `for i in $(seq 1 ${count}); do echo "line $i"; sleep 0.01; done; exit ${exitCode}`;
}
