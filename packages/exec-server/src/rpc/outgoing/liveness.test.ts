import { PING_INTERVAL_MS, SERVER_SILENCE_MS, TAKEOVER_PONG_MS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { TestClock } from '../../testing/test-clock.js';
import { Liveness, type LivenessOptions } from './liveness.js';

function watch(changes: Partial<LivenessOptions> = {}): {
  readonly clock: TestClock;
  readonly liveness: Liveness;
  readonly seen: string[];
  /** Lets time pass as it does while the program runs. */
  readonly pass: (ms: number) => void;
} {
  const clock = new TestClock();
  const seen: string[] = [];
  const liveness = new Liveness({
    clock,
    silenceMs: SERVER_SILENCE_MS,
    isDeaf: () => false,
    ping: () => {
      seen.push(`ping at ${String(clock.now())}`);
      return true;
    },
    onDead: () => {
      seen.push(`dead at ${String(clock.now())}`);
      liveness.stop();
    },
    ...changes,
  });
  const pass = (ms: number): void => {
    clock.advanceInSteps(ms);
  };
  return { clock, liveness, seen, pass };
}

test('a silent client is asked for a sign of life every 15 seconds, and one that answers is left alone', () => {
  const { liveness, seen, pass } = watch();
  pass(PING_INTERVAL_MS);
  pass(100);
  liveness.heard();
  pass(PING_INTERVAL_MS - 100);
  expect(seen).toEqual(['ping at 15000']);
  pass(100);
  expect(seen).toEqual(['ping at 15000', 'ping at 30100']);
});

test('a client that says something all the time is never pinged', () => {
  const { liveness, seen, pass } = watch();
  for (let turn = 0; turn < 1000; turn += 1) {
    pass(PING_INTERVAL_MS - 100);
    liveness.heard();
  }
  expect(seen).toEqual([]);
});

test('silence ends a connection at its limit and not before', () => {
  const { seen, pass, clock } = watch();
  pass(SERVER_SILENCE_MS - 100);
  expect(seen).toHaveLength(39);
  clock.advance(99);
  expect(seen).toHaveLength(39);
  clock.advance(1);
  expect(seen.slice(39)).toEqual(['dead at 600000']);
  expect(clock.pending).toBe(0);
});

test.each([1_000, 20_000, 3_600_000])('a limit of %i ms is kept exactly', (silenceMs) => {
  const { seen, pass } = watch({ silenceMs });
  pass(silenceMs - 100);
  expect(seen.filter((event) => event.startsWith('dead'))).toEqual([]);
  pass(100);
  expect(seen.at(-1)).toBe(`dead at ${String(silenceMs)}`);
});

test('a program that stood still for an hour takes nobody for dead', () => {
  const { clock, seen, liveness } = watch();
  clock.advance(3_600_000);
  liveness.heard();
  expect(seen).toEqual(['ping at 3600000']);
});

test('while this side does not read, silence says nothing about the client', () => {
  const { seen, pass } = watch({ isDeaf: () => true });
  pass(SERVER_SILENCE_MS * 2);
  expect(seen).toHaveLength(80);
  expect(seen.at(-1)).toBe('ping at 1200000');
});

test('where the carrier has no pings, silence says nothing either', () => {
  const { clock, seen, pass } = watch({ ping: () => false });
  pass(SERVER_SILENCE_MS * 2);
  expect([seen, clock.pending]).toEqual([[], 0]);
});

test('a client that is doubted is asked at once and has two seconds to answer', () => {
  const { liveness, seen, pass } = watch();
  liveness.probe();
  expect(seen).toEqual(['ping at 0']);
  pass(TAKEOVER_PONG_MS - 100);
  expect(seen).toEqual(['ping at 0']);
  pass(100);
  expect(seen).toEqual(['ping at 0', 'dead at 2000']);
});

test('further doubts neither ask again nor give more time', () => {
  const { liveness, seen, pass } = watch();
  liveness.probe();
  pass(1_900);
  liveness.probe();
  pass(100);
  expect(seen).toEqual(['ping at 0', 'dead at 2000']);
});

test('any sign of life settles a doubt, and the next doubt begins anew', () => {
  const { liveness, seen, pass } = watch();
  liveness.probe();
  pass(1_900);
  liveness.heard();
  pass(1_000);
  liveness.probe();
  pass(1_900);
  expect(seen).toEqual(['ping at 0', 'ping at 2900']);
  pass(100);
  expect(seen.at(-1)).toBe('dead at 4900');
});

test('a program that stood still reads what arrived before it settles a doubt', () => {
  const { clock, liveness, seen } = watch();
  liveness.probe();
  clock.advance(10_000);
  liveness.heard();
  clock.advance(TAKEOVER_PONG_MS);
  expect(seen).toEqual(['ping at 0']);
});
