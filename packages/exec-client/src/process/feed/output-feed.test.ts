import { asProcessId, ExecError, WINDOW_BYTES } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { settle } from '../../testing/until.js';
import type { ProcessEvent } from '../events.js';
import { GapError } from '../gap-error.js';
import type { LogView } from '../views/log-view.js';
import type { ReadAnswer } from '../views/view-source.js';
import { wantAll, wantOutput } from '../wanted.js';
import { OutputFeed } from './output-feed.js';

/** A log with a retention, read and pushed as a server does it. */
class ServerLog {
  readonly events: ProcessEvent[] = [];
  readonly reads: number[] = [];
  firstSeq = 1;

  add(...types: ('stdout' | 'stderr' | 'exited' | 'closed')[]): void {
    for (const type of types) {
      const seq = this.events.length + 1;
      if (type === 'exited') this.events.push({ type, seq, exitCode: 0, signal: null });
      else if (type === 'closed') this.events.push({ type, seq });
      else this.events.push({ type: 'output', seq, stream: type, bytes: new Uint8Array(10).fill(seq) });
    }
  }

  /** Pages of two chunks. */
  read(afterSeq: number): ReadAnswer {
    this.reads.push(afterSeq);
    const chunks = this.events.flatMap((event) =>
      event.type === 'output' && event.seq > afterSeq && event.seq >= this.firstSeq
        ? [{ seq: event.seq, stream: event.stream, chunk: event.bytes }]
        : [],
    );
    const page = chunks.slice(0, 2);
    const nextSeq = (page.at(-1)?.seq ?? this.events.length) + 1;
    const has = (type: ProcessEvent['type']): boolean => this.events.some((event) => event.type === type);
    return { chunks: page, nextSeq, exited: has('exited'), exitCode: null, closed: has('closed') };
  }
}

interface World {
  readonly log: ServerLog;
  readonly feed: OutputFeed;
  readonly windows: (readonly [number, number])[];
  finished: boolean;
}

function createWorld(hasWindows: boolean, after = 0): World {
  const log = new ServerLog();
  const windows: (readonly [number, number])[] = [];
  const world: World = {
    log,
    windows,
    finished: false,
    feed: new OutputFeed({
      id: asProcessId('p'),
      after,
      hasWindows,
      read: (afterSeq) => Promise.resolve(log.read(afterSeq)),
      sendWindow: (ackSeq, windowBytes) => windows.push([ackSeq, windowBytes]),
      onFinished: () => {
        world.finished = true;
      },
    }),
  };
  return world;
}

function pushFrom({ log, feed }: World, from = 1, to = Infinity): void {
  for (const event of log.events) if (event.seq >= from && event.seq <= to) feed.push(event);
}

async function drain(view: LogView): Promise<number[]> {
  const seqs: number[] = [];
  for (let event = await view.next(); event !== undefined; event = await view.next()) seqs.push(event.seq);
  return seqs;
}

describe.each([
  ['with windows', true],
  ['without windows', false],
])('%s', (_name, hasWindows) => {
  test('a view that is open from the start gets every event once, in order, without reading', async () => {
    const world = createWorld(hasWindows);
    const view = world.feed.open(0, wantAll);
    world.feed.leave();
    world.feed.started();
    world.log.add('stdout', 'stderr', 'exited', 'stdout', 'closed');
    pushFrom(world);
    expect(await drain(view)).toEqual([1, 2, 3, 4, 5]);
    expect({ reads: world.log.reads, finished: world.finished }).toEqual({ reads: [], finished: true });
  });

  test('a view that opens late reads what it missed until it meets what is pushed', async () => {
    const world = createWorld(hasWindows);
    world.feed.leave();
    world.feed.started();
    world.log.add('stdout', 'stdout', 'stdout', 'stdout', 'stdout');
    if (!hasWindows) pushFrom(world);
    const view = world.feed.open(1, wantAll);
    world.log.add('stdout', 'exited', 'closed');
    pushFrom(world, 6);
    expect(await drain(view)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(world.log.reads.length).toBeGreaterThan(0);
  });

  test('a view that opens after the end reads everything, the events of the end included', async () => {
    const world = createWorld(hasWindows);
    world.feed.leave();
    world.feed.started();
    world.log.add('stdout', 'exited', 'stdout', 'stdout', 'closed');
    pushFrom(world, hasWindows ? 2 : 1, 2);
    pushFrom(world, hasWindows ? 5 : 3);
    expect(await drain(world.feed.open(0, wantAll))).toEqual([1, 2, 3, 4, 5]);
    expect(await drain(world.feed.open(4, wantAll))).toEqual([5]);
    expect(await drain(world.feed.open(5, wantAll))).toEqual([]);
  });

  test('a pushed gap never leaves a view waiting, not even where only the end follows it', async () => {
    const world = createWorld(hasWindows);
    const view = world.feed.open(0, wantAll);
    world.feed.leave();
    world.feed.started();
    world.log.add('stdout', 'stdout', 'stdout', 'exited', 'closed');
    pushFrom(world, 1, 1);
    expect((await view.next())?.seq).toBe(1);
    const next = view.next();
    await settle();
    world.log.firstSeq = 4;
    world.feed.skip(3);
    pushFrom(world, 4);
    await expect(next).rejects.toEqual(new GapError(asProcessId('p'), 2, 3));
    view.close();
    expect(await drain(world.feed.open(3, wantAll))).toEqual([4, 5]);
    expect(world.finished).toBe(true);
  });

  test('output behind a pushed gap goes on where it was pushed', async () => {
    const world = createWorld(hasWindows);
    const views = [world.feed.open(0, wantAll), world.feed.open(3, wantAll)];
    world.feed.leave();
    world.feed.started();
    world.log.add('stdout', 'stdout', 'stdout', 'stdout', 'stdout', 'exited', 'closed');
    world.log.firstSeq = 4;
    world.feed.skip(3);
    pushFrom(world, 4);
    const [behind, beyond] = views.map(drain);
    await expect(behind).rejects.toEqual(new GapError(asProcessId('p'), 1, 3));
    expect(await beyond).toEqual([4, 5, 6, 7]);
  });

  test('a feed that begins in the middle gives what is pushed, and reads what earlier views want', async () => {
    const world = createWorld(hasWindows, 2);
    const views = [world.feed.open(2, wantAll), world.feed.open(0, wantAll)];
    world.feed.leave();
    world.feed.started();
    world.log.add('stdout', 'stdout', 'stdout', 'exited', 'closed');
    pushFrom(world, 3);
    expect(await Promise.all(views.map(drain))).toEqual([
      [3, 4, 5],
      [1, 2, 3, 4, 5],
    ]);
  });

  test('an end that lies before the first pushed event is known to earlier views once it is told', async () => {
    const world = createWorld(hasWindows, 3);
    const view = world.feed.open(0, wantAll);
    world.feed.leave();
    world.feed.started();
    world.log.add('stdout', 'exited', 'closed');
    pushFrom(world, 2);
    expect(await drain(view)).toEqual([1, 2, 3]);
  });

  test('what is no longer retained is a gap that names its ends, and a view behind it goes on', async () => {
    const world = createWorld(hasWindows);
    world.feed.leave();
    world.feed.started();
    world.log.add('stdout', 'stdout', 'stdout', 'stdout', 'exited', 'closed');
    world.log.firstSeq = 4;
    pushFrom(world, hasWindows ? 5 : 1);
    const view = world.feed.open(1, wantAll);
    await expect(view.next()).rejects.toEqual(new GapError(asProcessId('p'), 2, 3));
    view.close();
    expect(await drain(world.feed.open(3, wantAll))).toEqual([4, 5, 6]);
  });

  test('a process that the server has forgotten is a gap up to its end', async () => {
    const world = createWorld(hasWindows);
    world.feed.leave();
    world.feed.started();
    world.log.add('stdout', 'exited', 'stdout', 'closed');
    pushFrom(world);
    world.log.read = () => {
      throw new ExecError('processUnknown', 'unknown');
    };
    await expect(world.feed.open(0, wantAll).next()).rejects.toEqual(new GapError(asProcessId('p'), 1, 3));
  });

  test('a view of one stream passes over the other, and over the end', async () => {
    const world = createWorld(hasWindows);
    const stdout = world.feed.open(0, wantOutput('stdout'));
    const stderr = world.feed.open(0, wantOutput('stderr'));
    world.feed.leave();
    world.log.add('stdout', 'stderr', 'exited', 'stderr', 'stdout', 'closed');
    pushFrom(world);
    expect([await drain(stdout), await drain(stderr)]).toEqual([
      [1, 5],
      [2, 4],
    ]);
  });

  test('a view that is closed while it waits or reads ends without an error', async () => {
    const world = createWorld(hasWindows);
    const view = world.feed.open(0, wantAll);
    const waiting = view.next();
    view.close();
    expect(await waiting).toBeUndefined();
    expect(await view.next()).toBeUndefined();
  });

  test('a lost connection fails a view after what it has', async () => {
    const world = createWorld(hasWindows);
    const view = world.feed.open(0, wantAll);
    world.feed.leave();
    world.log.add('stdout');
    pushFrom(world);
    const lost = new ExecError('connectionLost', 'gone');
    world.feed.fail(lost);
    expect((await view.next())?.seq).toBe(1);
    await expect(view.next()).rejects.toBe(lost);
  });
});

test('events of a server without windows may come swapped and twice', async () => {
  const world = createWorld(false);
  const view = world.feed.open(0, wantAll);
  world.log.add('stdout', 'stdout', 'stdout', 'exited', 'closed');
  for (const seq of [2, 1, 1, 4, 3, 5]) pushFrom(world, seq, seq);
  expect({ seqs: await drain(view), reads: world.log.reads }).toEqual({ seqs: [1, 2, 3, 4, 5], reads: [] });
});

test('the end may be known before the output that precedes it', async () => {
  const world = createWorld(true);
  const view = world.feed.open(0, wantAll);
  world.feed.leave();
  world.log.add('stdout', 'stdout', 'exited', 'closed');
  pushFrom(world, 3);
  pushFrom(world, 1, 2);
  expect(await drain(view)).toEqual([1, 2, 3, 4]);
  expect(world.log.reads).toEqual([]);
});

test('a page whose answer overtakes the event of the exit waits for it', async () => {
  const world = createWorld(true);
  world.feed.leave();
  world.feed.started();
  const view = world.feed.open(0, wantAll);
  world.log.add('stdout', 'exited', 'stdout', 'closed');
  const seqs = drain(view);
  await settle();
  expect(world.log.reads).toEqual([0]);
  pushFrom(world, 2, 2);
  pushFrom(world, 4, 4);
  expect(await seqs).toEqual([1, 2, 3, 4]);
});

test('a page that leaves out its first number is no gap before it is known whether that was the exit', async () => {
  const world = createWorld(true);
  world.feed.leave();
  world.feed.started();
  world.log.add('stdout', 'exited', 'stdout', 'closed');
  const seqs = drain(world.feed.open(1, wantAll));
  await settle();
  expect(world.log.reads).toEqual([1]);
  pushFrom(world, 2, 2);
  pushFrom(world, 4, 4);
  expect(await seqs).toEqual([2, 3, 4]);
});

test('only what the slowest view has handed out is acknowledged', async () => {
  const world = createWorld(true);
  const slow = world.feed.open(0, wantAll);
  const fast = world.feed.open(0, wantAll);
  world.feed.leave();
  world.feed.started();
  const bytes = new Uint8Array(600_000);
  for (let seq = 1; seq <= 4; seq += 1) world.feed.push({ type: 'output', seq, stream: 'stdout', bytes });
  for (let seq = 1; seq <= 4; seq += 1) await fast.next();
  expect(world.windows).toEqual([]);
  await slow.next();
  await slow.next();
  expect(world.windows.map(([ackSeq]) => ackSeq)).toEqual([2]);
  slow.close();
  fast.close();
  expect(world.windows.at(-1)).toEqual([4, 0]);
});

test('what only a slow view held back is acknowledged when that view closes', async () => {
  const world = createWorld(true);
  const slow = world.feed.open(0, wantAll);
  const fast = world.feed.open(0, wantAll);
  world.feed.leave();
  world.feed.started();
  const bytes = new Uint8Array(WINDOW_BYTES / 2);
  for (let seq = 1; seq <= 2; seq += 1) world.feed.push({ type: 'output', seq, stream: 'stdout', bytes });
  for (let seq = 1; seq <= 2; seq += 1) await fast.next();
  expect(world.windows).toEqual([]);
  slow.close();
  expect(world.windows).toEqual([[2, WINDOW_BYTES]]);
});

test('the last view to close asks for no more output, unless everything has come', () => {
  const open = createWorld(true);
  const view = open.feed.open(0, wantAll);
  open.feed.leave();
  open.feed.started();
  view.close();
  const over = createWorld(true);
  const last = over.feed.open(0, wantAll);
  over.feed.leave();
  over.feed.started();
  over.log.add('stdout', 'exited', 'closed');
  pushFrom(over);
  last.close();
  expect([open.windows, over.windows]).toEqual([[[0, 0]], []]);
});
