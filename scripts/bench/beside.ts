import { type Client, connect, type ProcessHandle } from '@holdfast/exec-client';
import type { Contestant } from './contestant.js';
import { figures, percentile, row } from './figures.js';
import type { RawClient } from './raw-client.js';

const MEGABYTE = 1_000_000;

/** How long is asked, one question after the other: long enough for the flood to get its turns. */
const SERIES_MS = 2_000;

/** A flood that has brought so much is under way. */
const WARM_BYTES = 20 * MEGABYTE;

/** Prints for ever, as fast as it is read. */
const FLOOD = ['cat', '/dev/zero'] as const;

/** A process that prints as fast as it can, while it is read as fast as it can be. */
interface Flood {
  /** What has arrived so far. */
  readonly bytes: () => number;
  readonly end: () => Promise<unknown>;
}

/** One thing that is asked again and again, and the flood that comes in beside it. */
interface Question {
  readonly ask: () => Promise<unknown>;
  readonly flood: () => Promise<Flood>;
}

interface Taken {
  readonly quiet: readonly number[];
  readonly beside: readonly number[];
  readonly megabytesPerSecond: number;
}

/**
 * How long a request and an echo take while another process of the same connection prints as fast as it can: with the same
 * plain client for everybody, then with our own client, its windows, and a viewer in a session of its own.
 */
export async function benchBeside(all: readonly Contestant[]): Promise<void> {
  await compare('request', all, ({ client }) =>
    Promise.resolve({ ask: () => client.request('environment/status', {}), flood: () => rawFlood(client) }),
  );
  await compare('echo', all, async ({ client }) => {
    const cat = await client.start(['cat'], { pipeStdin: true });
    return { ask: () => cat.echo('x\n'), flood: () => rawFlood(client) };
  });
  const [ours] = all;
  if (ours === undefined) return;
  await using client = await connect(ours.server.url);
  await using viewer = await connect(ours.server.url);
  await using cat = client.spawn(['cat'], { stdin: 'pipe' });
  await cat.started;
  await using attached = viewer.attach(cat.id);
  await attached.started;
  const flood = (): Promise<Flood> => ownFlood(client);
  print('request, own client', { holdfast: await measure({ ask: () => client.processes(), flood }) });
  print('echo, own client', { holdfast: await measure({ ask: echo(cat, cat), flood }) });
  print('echo, seen by a viewer', { holdfast: await measure({ ask: echo(cat, attached), flood }) });
}

async function compare(
  figure: string,
  all: readonly Contestant[],
  questionFor: (contestant: Contestant) => Promise<Question>,
): Promise<void> {
  const taken: Record<string, Taken> = {};
  for (const contestant of all) taken[contestant.server.name] = await measure(await questionFor(contestant));
  print(`${figure}, plain client`, taken);
}

async function measure({ ask, flood }: Question): Promise<Taken> {
  await series(ask, 500);
  const quiet = await series(ask);
  const running = await flood();
  while (running.bytes() < WARM_BYTES) await ask();
  const from = { at: performance.now(), bytes: running.bytes() };
  const beside = await series(ask);
  const seconds = (performance.now() - from.at) / 1000;
  const megabytesPerSecond = (running.bytes() - from.bytes) / MEGABYTE / seconds;
  await running.end();
  return { quiet, beside, megabytesPerSecond };
}

async function series(ask: () => Promise<unknown>, forMs = SERIES_MS): Promise<number[]> {
  const taken: number[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    const from = performance.now();
    await ask();
    taken.push(performance.now() - from);
  }
  return taken;
}

function print(figure: string, taken: Readonly<Record<string, Taken>>): void {
  for (const percent of [50, 99]) {
    const quiet = figures(taken, (one) => percentile(one.quiet, percent));
    const beside = figures(taken, (one) => percentile(one.beside, percent));
    console.log(row(`${figure}, p${String(percent)}`, quiet, 'ms'));
    console.log(row(`${figure} beside a flood, p${String(percent)}`, beside, 'ms'));
  }
  console.log(
    row(
      `${figure}: the flood meanwhile`,
      figures(taken, (one) => one.megabytesPerSecond),
      'MB/s',
    ),
  );
}

async function rawFlood(client: RawClient): Promise<Flood> {
  const { id, closed } = await client.start(FLOOD);
  const before = client.outputBytes;
  return {
    bytes: () => client.outputBytes - before,
    async end() {
      await client.request('process/terminate', { processId: id });
      await closed;
    },
  };
}

async function ownFlood(client: Client): Promise<Flood> {
  const handle = client.spawn(FLOOD);
  let bytes = 0;
  const reading = (async () => {
    for await (const event of handle.events()) if (event.type === 'output') bytes += event.bytes.length;
  })();
  await handle.started;
  return {
    bytes: () => bytes,
    async end() {
      await handle.terminate();
      await reading;
    },
  };
}

/** Writes a line to `writer` and waits until `reader` has read it; both are the same process, maybe in other sessions. */
function echo(writer: ProcessHandle, reader: ProcessHandle): () => Promise<unknown> {
  const lines = reader.lines();
  return async () => {
    const line = lines.next();
    await writer.write('x\n');
    return await line;
  };
}
