import {
  ExecError,
  FILE_ANSWERS_BYTES,
  OWN_ANSWERS_BYTES,
  SHARED_ANSWERS_BYTES,
  SHARED_ANSWERS_WAIT_MS,
} from '@holdfast/exec-protocol';
import { describe, expect, test, vi } from 'vitest';
import { settle } from '../../testing/core-world.js';
import { TestClock } from '../../testing/test-clock.js';
import { AnswerRoom } from './answer-room.js';
import { SharedRoom } from './shared-room.js';

/** A room in front of a socket that holds what a test says. */
class World {
  readonly transport = { bufferedBytes: 0 };
  readonly gone = new AbortController();
  readonly clock = new TestClock();
  readonly room: AnswerRoom;
  /** Those that have been let in and are not done, by name, and what ends each. */
  readonly inside = new Map<string, () => void>();
  readonly failures: unknown[] = [];

  constructor(limitBytes?: number, sharedRoom = new SharedRoom()) {
    const { transport, gone, clock } = this;
    const options = { transport, clock, sharedRoom, gone: gone.signal };
    this.room = new AnswerRoom(limitBytes === undefined ? options : { ...options, limitBytes });
  }

  use(name: string, bytes: number): void {
    const work = (): Promise<void> => new Promise((resolve) => this.inside.set(name, resolve));
    this.room.use(bytes, work).catch((error: unknown) => this.failures.push(error));
  }

  /** The answer is put together and lies in the socket. */
  async end(name: string, bufferedBytes: number): Promise<void> {
    this.inside.get(name)?.();
    this.inside.delete(name);
    this.transport.bufferedBytes = bufferedBytes;
    await settle();
  }

  async drainTo(bufferedBytes: number): Promise<void> {
    this.transport.bufferedBytes = bufferedBytes;
    this.room.look();
    await settle();
  }

  names(): string[] {
    return [...this.inside.keys()];
  }
}

function kindOf(error: unknown): unknown {
  return error instanceof ExecError ? error.kind : error;
}

test('what finds room is put together at once, and the rest in the order of asking', async () => {
  const world = new World(100);
  world.use('a', 60);
  world.use('b', 40);
  world.use('c', 50);
  world.use('d', 1);
  await settle();
  expect(world.names()).toEqual(['a', 'b']);
  await world.end('a', 60);
  expect(world.names()).toEqual(['b']);
  await world.drainTo(10);
  expect(world.names()).toEqual(['b', 'c']);
  await world.end('b', 49);
  expect(world.names()).toEqual(['c', 'd']);
});

test('what is larger than the room is put together alone, though events go on to be pushed', async () => {
  const world = new World(100);
  world.use('a', 10);
  world.use('large', 1000);
  world.use('b', 10);
  await settle();
  expect(world.names()).toEqual(['a']);
  await world.end('a', 51);
  expect(world.names()).toEqual([]);
  await world.drainTo(50);
  expect(world.names()).toEqual(['large']);
  await world.end('large', 1000);
  expect(world.names()).toEqual([]);
  await world.drainTo(90);
  expect(world.names()).toEqual(['b']);
});

test('what waits when the client goes is not begun any more', async () => {
  const world = new World(100);
  world.use('a', 100);
  world.use('b', 100);
  world.use('c', 100);
  world.gone.abort(new Error('gone'));
  await settle();
  expect([world.names(), world.failures]).toEqual([['a'], [new Error('gone'), new Error('gone')]]);
});

test('32 MiB may be put together or unsent, and one byte more waits', async () => {
  const world = new World();
  world.use('a', FILE_ANSWERS_BYTES - 1);
  world.use('b', 1);
  world.use('c', 1);
  await settle();
  expect(world.names()).toEqual(['a', 'b']);
});

describe('connections that have a bound together', () => {
  const OWN = 10;

  function worldsOf(
    count: number,
    sharedBytes = 100,
  ): { readonly shared: SharedRoom; readonly worlds: readonly World[] } {
    const shared = new SharedRoom(sharedBytes, OWN);
    return { shared, worlds: Array.from({ length: count }, () => new World(80, shared)) };
  }

  const namesOf = (worlds: readonly World[]): readonly (readonly string[])[] =>
    worlds.map((world) => world.names());

  test('wait in the order of asking, little ones for nobody, and nobody behind what does not fit', async () => {
    const [a, b, c, d] = worldsOf(4).worlds as [World, World, World, World];
    a.use('a', 70 + OWN);
    b.use('b', 30 + OWN);
    c.use('c', 30 + OWN);
    d.use('d', 10 + OWN);
    b.use('more of b', OWN);
    await settle();
    expect(namesOf([a, b, c, d])).toEqual([['a'], ['b'], [], []]);
    d.use('behind d', 1);
    const little = new World(80);
    little.use('little', OWN);
    await settle();
    expect([namesOf([d]), namesOf([little])]).toEqual([[[]], [['little']]]);
    await b.end('b', 21 + OWN);
    expect(namesOf([c, d])).toEqual([[], []]);
    await b.drainTo(11 + OWN);
    expect(namesOf([b, c, d])).toEqual([[], [], ['d', 'behind d']]);
    await b.drainTo(0);
    expect(namesOf([b, c])).toEqual([['more of b'], []]);
    await a.end('a', 0);
    expect(namesOf([a, c])).toEqual([[], ['c']]);
  });

  test('are let in at once where there is room, whatever others wait for', async () => {
    const [a, b, c, d] = worldsOf(4).worlds as [World, World, World, World];
    a.use('a', 50 + OWN);
    b.use('b', 60 + OWN);
    c.use('c', 10 + OWN);
    await settle();
    expect(namesOf([a, b, c])).toEqual([['a'], [], ['c']]);
    d.use('d', 50 + OWN);
    await a.end('a', 0);
    expect(namesOf([b, d])).toEqual([['b'], []]);
  });

  test('have the room of one that has gone', async () => {
    const { shared, worlds } = worldsOf(2);
    const [a, b] = worlds as [World, World];
    a.use('a', 70 + OWN);
    await a.end('a', 70 + OWN);
    b.use('b', 70 + OWN);
    await settle();
    expect(namesOf([a, b])).toEqual([[], []]);
    a.gone.abort(new Error('gone'));
    await settle();
    expect([namesOf([b]), shared.holders]).toEqual([[['b']], 1]);
    a.use('late', 70);
    await settle();
    expect([a.failures, shared.holders]).toEqual([[new Error('gone')], 1]);
  });

  test('leave what is put together for one that has gone its room until that ends', async () => {
    const { shared, worlds } = worldsOf(2);
    const [a, b] = worlds as [World, World];
    a.use('a', 70 + OWN);
    a.use('waits', 70 + OWN);
    b.use('b', 70 + OWN);
    await settle();
    a.gone.abort(new Error('gone'));
    await settle();
    expect([namesOf([a, b]), a.failures, shared.holders]).toEqual([[['a'], []], [new Error('gone')], 2]);
    await a.end('a', 0);
    expect([namesOf([a, b]), shared.holders]).toEqual([[[], ['b']], 1]);
  });

  test('refuse what has waited for 30 s, and go on with the next', async () => {
    const [a, b] = worldsOf(2).worlds as [World, World];
    a.use('a', 70 + OWN);
    b.use('b', 70);
    b.use('next', OWN);
    await settle();
    b.clock.advance(SHARED_ANSWERS_WAIT_MS - 1);
    await settle();
    expect([namesOf([b]), b.failures]).toEqual([[[]], []]);
    b.clock.advance(1);
    await settle();
    expect([namesOf([b]), b.failures]).toEqual([
      [['next']],
      [
        new ExecError(
          'limitExceeded',
          'the connections of this server hold 1073741824 bytes of answers, and none has left for 30 s; ask again later, or for smaller pieces, such as the blocks of a file',
        ),
      ],
    ]);
  });

  test('refuse with that whatever else has waited for others on the connection, once for all', async () => {
    const [a, b] = worldsOf(2).worlds as [World, World];
    a.use('a', 70 + OWN);
    b.use('b', 70);
    for (let count = 0; count < 2500; count += 1) b.use('another', 60);
    b.use('small', OWN + 30);
    await settle();
    b.clock.advance(SHARED_ANSWERS_WAIT_MS);
    await vi.waitUntil(() => b.failures.length === 2501);
    expect([namesOf([b]), new Set(b.failures.map(kindOf))]).toEqual([
      [['small']],
      new Set(['limitExceeded']),
    ]);
    await b.end('small', 0);
    b.use('late', 70);
    await settle();
    b.clock.advance(SHARED_ANSWERS_WAIT_MS - 1);
    await settle();
    expect(b.failures.length).toBe(2501);
    await a.end('a', 0);
    a.room.look();
    await settle();
    expect(namesOf([b])).toEqual([['late']]);
  });

  test('may hold 1 GiB and 4 MiB each, and one byte more waits', async () => {
    const shared = new SharedRoom();
    const [a, b] = [new World(2 * SHARED_ANSWERS_BYTES, shared), new World(undefined, shared)];
    a.use('a', SHARED_ANSWERS_BYTES + OWN_ANSWERS_BYTES - 1);
    b.use('b', OWN_ANSWERS_BYTES + 1);
    b.use('c', 1);
    await settle();
    expect(namesOf([a, b])).toEqual([['a'], ['b']]);
  });

  test('take what cannot wait at once or not at all', async () => {
    const [a, b] = worldsOf(2).worlds as [World, World];
    expect([a.room.take(1000), a.room.take(100 + OWN), b.room.take(OWN), b.room.take(1)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    a.room.giveBack(100 + OWN);
    await settle();
    expect(b.room.take(100)).toBe(true);
  });
});
