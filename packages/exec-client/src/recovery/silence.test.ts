import { expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { HEARD, nextSilence, type SilenceStep } from './silence.js';
import { SilenceWatch } from './silence-watch.js';

test('a silent connection is pinged after each third of the time, and given up at its end', () => {
  const steps: SilenceStep[] = [];
  for (let silence = HEARD; steps.at(-1)?.action !== 'giveUp'; silence = steps.at(-1)?.silence ?? 0) {
    steps.push(nextSilence(silence));
  }
  expect(steps.map(({ silence, action }) => `${silence} ${action}`)).toEqual([
    // The tick in which it was heard is not a whole one.
    '0 none',
    '1 none',
    '2 none',
    '3 ping',
    '4 none',
    '5 none',
    '6 ping',
    '7 none',
    '8 none',
    '9 giveUp',
  ]);
});

interface World {
  readonly clock: ManualClock;
  readonly watch: SilenceWatch;
  pings: number;
  verdictAt: number | undefined;
}

function watched(): World {
  const clock = new ManualClock();
  const world: World = {
    clock,
    pings: 0,
    verdictAt: undefined,
    watch: new SilenceWatch({
      clock,
      silenceMs: 45_000,
      ping: () => {
        world.pings += 1;
      },
      onSilent: () => {
        world.verdictAt = clock.now();
      },
    }),
  };
  return world;
}

test('the verdict comes when nothing was heard for the whole time, and not a moment before', () => {
  const world = watched();
  for (let at = 0; at < 49_999; at += 1_000) world.clock.advance(at === 49_000 ? 999 : 1_000);
  expect({ ...world, now: world.clock.now(), watch: 0, clock: 0 }).toEqual({
    clock: 0,
    watch: 0,
    now: 49_999,
    pings: 2,
    verdictAt: undefined,
  });
  world.clock.advance(1);
  expect([world.verdictAt, world.clock.pending]).toEqual([50_000, 0]);
});

test('any sign of life starts the time anew', () => {
  const world = watched();
  for (let at = 0; at < 20; at += 1) {
    for (let tick = 0; tick < 9; tick += 1) world.clock.advance(5_000);
    world.watch.heard();
  }
  expect([world.verdictAt, world.pings]).toEqual([undefined, 40]);
});

test('a program that was blocked, or a machine that slept, gives no verdict, however long it was', () => {
  const world = watched();
  for (let at = 0; at < 5; at += 1) world.clock.advance(5_000);
  // One late tick; what arrived meanwhile is read right after it.
  world.clock.advance(3_600_000);
  world.watch.heard();
  for (let at = 0; at < 9; at += 1) world.clock.advance(5_000);
  expect(world.verdictAt).toBe(undefined);
  // And with nothing to read it still takes the whole time.
  const asleep = watched();
  asleep.clock.advance(3_600_000);
  for (let at = 0; at < 8; at += 1) asleep.clock.advance(5_000);
  expect(asleep.verdictAt).toBe(undefined);
});

test('a watch that is stopped leaves no timer', () => {
  const world = watched();
  world.clock.advance(5_000);
  world.watch.stop();
  expect(world.clock.pending).toBe(0);
});
