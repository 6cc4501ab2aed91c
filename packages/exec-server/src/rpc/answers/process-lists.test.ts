import { asProcessId } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { LoopQueue } from '../../loop-queue.js';
import { settle } from '../../testing/core-world.js';
import { TestClock } from '../../testing/test-clock.js';
import { listBytes, type Summarized } from '../handlers/process-summary.js';
import { AnswerRoom } from './answer-room.js';
import { ProcessLists } from './process-lists.js';
import { SharedRoom } from './shared-room.js';

const PROCESS: Summarized = {
  traits: {
    id: asProcessId('p'),
    ref: '0123456789ab',
    session: 's1',
    argv: ['true'],
    cwd: 'file:///',
    truncated: false,
    tty: false,
    lifetime: 'session',
    startedAtMs: 1,
  },
  log: { exited: undefined, closed: undefined, firstSeq: 1, nextSeq: 1 },
  pid: 1,
};

/** A server on which some connections ask for lists. */
class World {
  readonly queue = new LoopQueue();
  /** The lists that were made in each turn of the event loop. */
  readonly turns: string[][] = [[]];
  #hasEnded = false;

  constructor() {
    const turn = (): void => {
      if (this.#hasEnded) return;
      this.turns.push([]);
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  [Symbol.dispose](): void {
    this.#hasEnded = true;
  }

  connection(name: string): Connection {
    return new Connection(name, this);
  }

  /** Which lists were made by now, in their order. */
  get made(): readonly string[] {
    return this.turns.flat();
  }
}

class Connection {
  readonly socket = { bufferedBytes: 0 };
  readonly gone = new AbortController();
  readonly room: AnswerRoom;
  readonly #lists: ProcessLists;
  readonly #name: string;
  readonly #world: World;

  constructor(name: string, world: World) {
    this.#name = name;
    this.#world = world;
    const gone = this.gone.signal;
    this.room = new AnswerRoom({
      transport: this.socket,
      clock: new TestClock(),
      sharedRoom: new SharedRoom(),
      gone,
    });
    this.#lists = new ProcessLists({ room: this.room, queue: world.queue, gone });
  }

  async list(): Promise<number> {
    const { length } = await this.#lists.answer(() => [PROCESS]);
    this.#world.turns.at(-1)?.push(this.#name);
    return length;
  }
}

test('no two lists are made in one turn, and who asks for many waits behind who asks for one', async () => {
  using world = new World();
  const [a, b] = [world.connection('a'), world.connection('b')];
  const lists = [a.list(), a.list(), a.list(), b.list()];
  expect(await Promise.all(lists)).toEqual([1, 1, 1, 1]);
  expect(world.made).toEqual(['a', 'b', 'a', 'a']);
  expect(Math.max(...world.turns.map(({ length }) => length))).toBe(1);
});

test('while the client takes nothing, no further list is made', async () => {
  using world = new World();
  const a = world.connection('a');
  a.socket.bufferedBytes = 32 * 1024 * 1024;
  const first = a.list();
  const second = a.list();
  await settle();
  expect(world.made).toEqual([]);
  a.socket.bufferedBytes -= listBytes(1);
  a.room.look();
  await first;
  a.socket.bufferedBytes += 1;
  await settle();
  expect(world.made).toEqual(['a']);
  a.gone.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
});

test('a list takes room for what its processes can have, up to the text of all of them', () => {
  expect([0, 1, 2, 100_000].map(listBytes)).toEqual([0, 9728, 19_456, 10 * 1024 * 1024 + 51_200_000]);
});
