import { UNPROVEN_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { DeliveryMark } from '../../process/follow/push-cursor.js';
import { TestClock } from '../../testing/test-clock.js';
import { DeliveryProof, type Provable } from './delivery-proof.js';

/** Sends numbered events and knows which of them have been proven. */
class Source implements Provable {
  sent = 0;
  proven = 0;

  mark(): DeliveryMark {
    return { count: this.sent, seq: this.sent };
  }

  prove({ count }: DeliveryMark): void {
    this.proven = count;
  }
}

class World {
  readonly clock = new TestClock();
  readonly pings: string[] = [];
  readonly source = new Source();
  rooms = 0;
  readonly proof: DeliveryProof;

  constructor(hasPings = true) {
    this.proof = new DeliveryProof({
      clock: this.clock,
      ping: (mark) => {
        if (hasPings) this.pings.push(mark);
        return hasPings;
      },
      onRoom: () => {
        this.rooms += 1;
      },
    });
  }

  send(bytes: number, source: Source = this.source): void {
    source.sent += 1;
    this.proof.sent(source, bytes);
  }
}

const MIB = 1024 * 1024;

test('what was sent is asked after once nothing has followed for a while, and the pong proves it', () => {
  const world = new World();
  world.send(100);
  world.send(100);
  world.clock.advance(249);
  expect(world.pings).toEqual([]);
  world.clock.advance(1);
  expect([world.pings, world.source.proven]).toEqual([['1'], 0]);
  world.send(100);
  world.proof.arrived('1');
  expect(world.source.proven).toBe(2);
});

test('each mebibyte is asked after at once, without waiting for the pong to the one before', () => {
  const world = new World();
  world.send(MIB - 1);
  expect(world.pings).toEqual([]);
  world.send(1);
  world.send(MIB);
  expect([world.pings, world.clock.pending]).toEqual([['1', '2'], 0]);
});

test('a pong proves everything before its ping, also where earlier pongs never came', () => {
  const world = new World();
  const other = new Source();
  world.send(MIB);
  world.send(MIB, other);
  world.send(MIB);
  world.proof.arrived('2');
  expect([world.source.proven, other.proven]).toEqual([1, 1]);
});

test.each(['', '0', '7', '1'])(
  'a pong with the mark %j that answers nothing, or nothing any more, proves nothing',
  (mark) => {
    const world = new World();
    world.send(MIB);
    world.proof.arrived('1');
    world.send(MIB);
    world.proof.arrived(mark);
    expect(world.source.proven).toBe(1);
  },
);

test('so much may be unproven and no more, and it is told when there is room again', () => {
  const world = new World();
  for (let sent = 0; sent < UNPROVEN_BYTES - MIB; sent += MIB) world.send(MIB);
  world.send(MIB - 1);
  expect(world.proof.isFull()).toBe(false);
  world.send(1);
  expect([world.proof.isFull(), world.rooms]).toEqual([true, 0]);
  world.proof.arrived('1');
  expect([world.proof.isFull(), world.rooms]).toEqual([false, 1]);
  world.proof.arrived('2');
  expect(world.rooms).toBe(1);
});

test('where there are no pings, what was sent has arrived as far as anybody can know', () => {
  const world = new World(false);
  world.send(MIB);
  expect([world.source.proven, world.proof.isFull()]).toEqual([1, false]);
  world.send(1);
  world.clock.advance(250);
  expect(world.source.proven).toBe(2);
});

test('nothing is proven and nothing is asked once the connection has ended', () => {
  const world = new World();
  world.send(MIB);
  world.send(1);
  world.proof.stop();
  world.proof.arrived('1');
  expect([world.source.proven, world.clock.pending]).toEqual([0, 0]);
});
