import { BACKLOG_BYTES, BACKLOG_STILL_MS, MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { CoreWorld, FLOW, settle } from '../../testing/core-world.js';
import { TestClock } from '../../testing/test-clock.js';
import { Backlog } from './backlog.js';

/** A backlog on a transport whose socket holds what a test says. */
class World {
  readonly clock = new TestClock();
  readonly transport = {
    bufferedBytes: 0,
    isPaused: false,
    pause: (): void => {
      this.transport.isPaused = true;
    },
    resume: (): void => {
      this.transport.isPaused = false;
    },
  };
  readonly backlog = new Backlog({ transport: this.transport, clock: this.clock, limitBytes: 100 });

  get isPaused(): boolean {
    return this.transport.isPaused;
  }

  /** What was sent has left but for so much. */
  drainTo(bytes: number): void {
    this.transport.bufferedBytes = bytes;
    this.backlog.moved();
  }
}

test('a connection is not read while more is unanswered than the limit, and is read again after', () => {
  const world = new World();
  const first = world.backlog.add(60);
  const second = world.backlog.add(40);
  expect(world.isPaused).toBe(false);
  const third = world.backlog.add(1);
  expect(world.isPaused).toBe(true);
  second();
  expect(world.isPaused).toBe(false);
  first();
  third();
  expect([world.isPaused, world.clock.pending]).toEqual([false, 0]);
});

test('answers that have not left count until they have, and so do those that nobody asked for', () => {
  const world = new World();
  const answered = world.backlog.add(60);
  world.transport.bufferedBytes = 101;
  answered();
  expect(world.isPaused).toBe(true);
  world.drainTo(100);
  expect(world.isPaused).toBe(false);
  world.transport.bufferedBytes = 101;
  world.backlog.look();
  expect(world.isPaused).toBe(true);
  world.drainTo(0);
  expect([world.isPaused, world.clock.pending]).toEqual([false, 0]);
});

test('what is unanswered and does not move lets as much again be read, until it moves', () => {
  const world = new World();
  const first = world.backlog.add(101);
  world.clock.advance(BACKLOG_STILL_MS - 1);
  expect(world.isPaused).toBe(true);
  world.clock.advance(1);
  expect(world.isPaused).toBe(false);
  world.backlog.add(99);
  expect(world.isPaused).toBe(false);
  const second = world.backlog.add(1);
  expect(world.isPaused).toBe(true);
  second();
  world.clock.advance(BACKLOG_STILL_MS);
  expect(world.isPaused).toBe(false);
  first();
  expect([world.isPaused, world.clock.pending]).toEqual([false, 0]);
});

test('what waits in the socket alone never lets more be read', () => {
  const world = new World();
  world.transport.bufferedBytes = 101;
  world.backlog.look();
  world.clock.advance(10 * BACKLOG_STILL_MS);
  expect(world.isPaused).toBe(true);
});

test('silence is this side’s own while it does not read and things move', () => {
  const world = new World();
  expect(world.backlog.isDeaf()).toBe(false);
  const answered = world.backlog.add(150);
  world.backlog.add(150)();
  expect([world.backlog.isDeaf(), world.backlog.isDeaf()]).toEqual([true, false]);
  answered();
  expect(world.backlog.isDeaf()).toBe(false);
});

test('what lies in the socket is no reason for silence unless it becomes less', () => {
  const world = new World();
  world.transport.bufferedBytes = 300;
  world.backlog.look();
  expect([world.isPaused, world.backlog.isDeaf()]).toEqual([true, false]);
  world.transport.bufferedBytes = 299;
  expect([world.backlog.isDeaf(), world.backlog.isDeaf()]).toEqual([true, false]);
  world.transport.bufferedBytes = 250;
  world.backlog.look();
  world.transport.bufferedBytes = 300;
  world.backlog.look();
  expect([world.backlog.isDeaf(), world.backlog.isDeaf()]).toEqual([true, false]);
});

test('nothing is left of it when the connection has ended, whatever is answered then', () => {
  const world = new World();
  const first = world.backlog.add(150);
  world.backlog.add(150);
  world.backlog.stop();
  first();
  expect(world.clock.pending).toBe(0);
});

test('64 MiB may be unanswered on a connection, and one byte more stops it', () => {
  const world = new World();
  const backlog = new Backlog({ transport: world.transport, clock: world.clock });
  backlog.add(BACKLOG_BYTES);
  expect(world.isPaused).toBe(false);
  backlog.add(1);
  expect(world.isPaused).toBe(true);
});

// It takes its time to write and read so much.
const FLOOD_TIMEOUT_MS = 120_000;

test(
  'what a client says behind a flood of stdin is heard, and the flood goes on when the child reads',
  async () => {
    await using world = new CoreWorld();
    const client = await world.client(FLOW);
    await client.start('p', { pipeStdin: true, windowBytes: 1 });
    const child = world.processes.child('p');
    const readStdin = child.holdStdin();
    child.print('one');
    await client.events();
    child.print('two');
    const chunk = Buffer.alloc(MAX_FILE_BLOCK_BYTES).toString('base64');
    const writes = Array.from({ length: 60 }, (_, at) =>
      client.send('process/write', { processId: 'p', writeId: String(at), chunk }),
    );
    client.notify('process/window', { processId: 'p', ackSeq: 1, windowBytes: 1 });
    await settle();
    expect(await client.events()).toEqual([]);
    world.clock.advance(BACKLOG_STILL_MS);
    expect(await client.events()).toEqual(['p 2 two']);
    readStdin();
    expect((await client.eventually(writes.at(-1) ?? 0)).result).toEqual({ status: 'accepted' });
    expect(child.stdin.length).toBe(60 * MAX_FILE_BLOCK_BYTES);
  },
  FLOOD_TIMEOUT_MS,
);
