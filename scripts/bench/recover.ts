import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Client, connect, type ProcessView } from '@holdfast/exec-client';
import { type FaultProxy, startFaultProxy } from '../../e2e/fault-proxy.js';
import type { Contestant } from './contestant.js';
import { figures, median, percentile, row } from './figures.js';

const CUTS = 100;
const MANY = 1000;
const ROUNDS = 5;

/**
 * How long a client is without its processes when the link is reset: from the cut to the first byte that was printed while
 * it was away. The client is ours for everybody; nothing slows the link down.
 */
export async function benchRecover(all: readonly Contestant[]): Promise<void> {
  const taken: Record<string, number[]> = {};
  for (const { server } of all) taken[server.name] = await cutsToFirstByte(server.url);
  for (const percent of [50, 99]) {
    const ms = figures(taken, (one) => percentile(one, percent));
    console.log(row(`cut to first replayed byte, p${String(percent)}`, ms, 'ms'));
  }
  const [ours] = all;
  if (ours !== undefined) await resumeOfMany(ours);
}

async function cutsToFirstByte(url: string): Promise<number[]> {
  using talkers = new Talkers(1);
  await using proxy = await startFaultProxy(url);
  await using client = await connect(proxy.url);
  const lines = await talkers.startAll(client);
  const taken: number[] = [];
  for (let at = 0; at < CUTS; at += 1) taken.push(await cutAndTalk(proxy, talkers, lines));
  return taken;
}

/** A session with many processes, each of which prints a line while the client is away. */
async function resumeOfMany({ server }: Contestant): Promise<void> {
  using talkers = new Talkers(MANY);
  await using proxy = await startFaultProxy(server.url);
  await using client = await connect(proxy.url);
  const lines = await talkers.startAll(client);
  const taken: number[] = [];
  for (let at = 0; at < ROUNDS; at += 1) taken.push(await cutAndTalk(proxy, talkers, lines));
  console.log(
    row(`cut to the last of ${String(MANY)} processes replayed`, { holdfast: median(taken) }, 'ms'),
  );
}

/** Cuts the link, has every process print a line, and waits until the last line is here. */
async function cutAndTalk(
  proxy: FaultProxy,
  talkers: Talkers,
  lines: readonly ProcessView<string>[],
): Promise<number> {
  const from = performance.now();
  proxy.inject({ kind: 'reset' });
  talkers.talk();
  await Promise.all(lines.map((view) => view.next()));
  return performance.now() - from;
}

/** Processes that print a line when this program tells them to, and not through the server. */
class Talkers implements Disposable {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  readonly #paths: readonly string[];
  readonly #pipes: readonly number[];

  constructor(count: number) {
    this.#paths = Array.from({ length: count }, (_, at) => path.join(this.#directory, String(at)));
    execFileSync('mkfifo', this.#paths);
    // Opened for both, nobody waits for the other end.
    this.#pipes = this.#paths.map((pipe) => openSync(pipe, constants.O_RDWR));
  }

  /** Starts one for each pipe. @returns what they print, when each has printed its first line. */
  async startAll(client: Client): Promise<ProcessView<string>[]> {
    const views = this.#paths.map((pipe) => client.spawn(['cat', pipe]).lines());
    this.talk();
    await Promise.all(views.map((view) => view.next()));
    return views;
  }

  talk(): void {
    for (const pipe of this.#pipes) writeSync(pipe, 'line\n');
  }

  [Symbol.dispose](): void {
    for (const pipe of this.#pipes) closeSync(pipe);
    rmSync(this.#directory, { recursive: true });
  }
}
