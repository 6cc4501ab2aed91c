import fc from 'fast-check';
import type { Fault, TimedFault, Victim } from '../faults/fault.js';
import type { CutNotice } from '../network/link.js';

const client: fc.Arbitrary<Victim> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('first' as const) },
  fc.constant('guest' as const),
);

const direction = fc.constantFrom('toServer' as const, 'toClient' as const);

/** At once, a little later, or never by itself. */
const noticeMs = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

const notice: fc.Arbitrary<CutNotice> = fc.record({ clientMs: noticeMs, serverMs: noticeMs });

const atMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 6_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
);

/** Where most of a link's traffic lies: its handshake, and a little after. */
const byte = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 700 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 4_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
);

const cutAtByte: fc.Arbitrary<Fault> = fc.record({
  type: fc.constant('cutAtByte' as const),
  client,
  link: fc.integer({ min: 0, max: 4 }),
  direction,
  byte,
  notice,
});

const repeat: fc.Arbitrary<Fault> = fc.record({
  type: fc.constant('repeat' as const),
  client,
  link: fc.integer({ min: 1, max: 3 }),
  events: fc.integer({ min: 1, max: 8 }),
});

const cutAtTime: fc.Arbitrary<TimedFault> = fc.record({
  type: fc.constant('cutAtTime' as const),
  client,
  atMs,
  notice,
});

const stall: fc.Arbitrary<TimedFault> = fc.record({
  type: fc.constant('stall' as const),
  client,
  atMs,
  direction: fc.constantFrom('toServer' as const, 'toClient' as const, 'both' as const),
  forMs: mostly({ min: 1, usual: 5_000, longest: 150_000 }),
});

const drip: fc.Arbitrary<TimedFault> = fc.record({
  type: fc.constant('drip' as const),
  client,
  atMs,
  direction,
  bytesPerMs: fc.integer({ min: 1, max: 20 }),
});

const lag: fc.Arbitrary<TimedFault> = fc.record({
  type: fc.constant('lag' as const),
  client,
  atMs,
  direction,
  lagMs: fc.integer({ min: 1, max: 2_500 }),
});

const noDials: fc.Arbitrary<TimedFault> = fc.record({
  type: fc.constant('noDials' as const),
  atMs,
  forMs: mostly({ min: 1, usual: 8_000, longest: 100_000 }),
  mode: fc.constantFrom('refused' as const, 'silent' as const),
});

const sleep: fc.Arbitrary<TimedFault> = fc.record({
  type: fc.constant('sleep' as const),
  machine: fc.constantFrom('first' as const, 'first' as const, 'guest' as const, 'server' as const),
  atMs,
  forMs: fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 400_000 })),
});

const thief: fc.Arbitrary<TimedFault> = fc.record({
  type: fc.constant('thief' as const),
  atMs,
  holdMs: mostly({ min: 0, usual: 5_000, longest: 100_000 }),
  leaves: fc.constantFrom('close' as const, 'destroy' as const),
  isLegacy: fc.boolean(),
});

const killServer: fc.Arbitrary<TimedFault> = fc.record({
  type: fc.constant('killServer' as const),
  atMs,
  backMs: fc.integer({ min: 0, max: 60_000 }),
});

const killClient: fc.Arbitrary<TimedFault> = fc.record({
  type: fc.constant('killClient' as const),
  client,
  atMs,
  notice,
});

/** A session away for about as long as a server keeps it. */
const expiryRace: fc.Arbitrary<readonly Fault[]> = fc
  .record({
    atMs,
    awayMs: fc.integer({ min: 60_000, max: 82_000 }),
    latenessMs: fc.integer({ min: -20, max: 20 }),
  })
  .map(({ atMs: cutMs, awayMs, latenessMs }) => [
    { type: 'cutAtTime', client: 'first', atMs: cutMs, notice: { clientMs: 36_000, serverMs: 0 } },
    { type: 'noDials', atMs: cutMs, forMs: awayMs + latenessMs, mode: 'refused' },
  ]);

/** Somebody else takes the session while its client has not noticed yet that its link is gone. */
const robbery: fc.Arbitrary<readonly Fault[]> = fc
  .tuple(
    atMs,
    fc.integer({ min: 1, max: 3_000 }),
    fc.integer({ min: 0, max: 400 }),
    thief,
    fc.array(cutAtByte, { maxLength: 2 }),
  )
  .map(([cutMs, clientMs, laterMs, robber, cuts]) => [
    { type: 'cutAtTime', client: 'first', atMs: cutMs, notice: { clientMs, serverMs: 0 } },
    { ...robber, atMs: cutMs + laterMs },
    ...cuts,
  ]);

/** One cut after the other. */
const storm: fc.Arbitrary<readonly Fault[]> = fc
  .record({
    atMs,
    gapsMs: fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 2, maxLength: 7 }),
    serverMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 200 })),
  })
  .map(({ atMs: firstMs, gapsMs, serverMs }) =>
    gapsMs.map((_, index): Fault => {
      const at = gapsMs.slice(0, index).reduce((sum, gap) => sum + gap, firstMs);
      return { type: 'cutAtTime', client: 'first', atMs: at, notice: { clientMs: 0, serverMs } };
    }),
  );

const single = fc.oneof(
  { weight: 8, arbitrary: cutAtByte },
  { weight: 6, arbitrary: cutAtTime },
  { weight: 2, arbitrary: repeat },
  { weight: 2, arbitrary: stall },
  { weight: 1, arbitrary: drip },
  { weight: 1, arbitrary: lag },
  { weight: 1, arbitrary: noDials },
  { weight: 1, arbitrary: sleep },
  { weight: 1, arbitrary: thief },
);

const death: fc.Arbitrary<readonly Fault[]> = fc
  .tuple(fc.oneof(killServer, killClient), fc.array(cutAtTime, { maxLength: 1 }))
  .map((all) => all.flat());

/** What goes wrong, from nothing to much. */
export const faults: fc.Arbitrary<readonly Fault[]> = fc.oneof(
  { weight: 12, arbitrary: fc.array(single, { maxLength: 5 }) },
  { weight: 2, arbitrary: storm },
  { weight: 1, arbitrary: robbery },
  { weight: 1, arbitrary: expiryRace },
  { weight: 1, arbitrary: death },
);

/** A duration in ms that is usually short, and now and then longer than every deadline. */
function mostly(range: {
  readonly min: number;
  readonly usual: number;
  readonly longest: number;
}): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: range.min, max: range.usual }) },
    fc.integer({ min: range.min, max: range.longest }),
  );
}
