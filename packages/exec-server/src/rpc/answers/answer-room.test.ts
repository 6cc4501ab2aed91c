import { FILE_ANSWERS_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { settle } from '../../testing/core-world.js';
import { TestClock } from '../../testing/test-clock.js';
import { AnswerRoom } from './answer-room.js';

/** A room in front of a socket that holds what a test says. */
class World {
  readonly transport = { bufferedBytes: 0 };
  readonly gone = new AbortController();
  readonly room: AnswerRoom;
  /** Those that have been let in and are not done, by name, and what ends each. */
  readonly inside = new Map<string, () => void>();
  readonly failures: unknown[] = [];

  constructor(limitBytes?: number) {
    const { transport, gone } = this;
    const options = { transport, clock: new TestClock(), gone: gone.signal };
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
