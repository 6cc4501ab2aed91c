import fc from 'fast-check';
import type { LinkOptions } from '../network/link.js';
import type { SpillOptions } from '../system/memory-spill.js';
import type { Scenario } from '../world/scenario.js';
import { faults } from './faults.js';
import { programs } from './programs.js';
import { floods, scripts } from './scripts.js';

const MIB = 1024 * 1024;

/** Quarters of milliseconds, so that what arrives does so between two ticks of the timers. */
function quarters(maxMs: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 4 * maxMs }).map((quarter) => quarter / 4);
}

const wideLinks: fc.Arbitrary<LinkOptions> = fc.record({
  latencyMs: fc.oneof(fc.constant(0), quarters(120)),
  capacityBytes: fc.constant(4 * MIB),
  segmentBytes: fc.oneof(
    { weight: 3, arbitrary: fc.constant(4 * MIB) },
    fc.integer({ min: 400, max: 20_000 }),
  ),
  weight: fc.constantFrom(1, 1, 200, 5_000),
  canPing: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  destroyMs: fc.constantFrom(0, 0, 0, 5),
});

/** Little fits into them, so that senders have to wait. */
const narrowLinks: fc.Arbitrary<LinkOptions> = fc
  .tuple(wideLinks, quarters(10), fc.integer({ min: 2_000, max: 64_000 }))
  .map(([wide, latencyMs, capacityBytes]) => ({ ...wide, latencyMs, capacityBytes }));

const spill: fc.Arbitrary<SpillOptions> = fc.record({
  capacityBytes: fc.constantFrom(256 * MIB, 256 * MIB, MIB / 2),
  readMs: fc.integer({ min: 0, max: 20 }),
  failures: fc.constantFrom(0, 0, 0, 2),
});

const ties = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 2 ** 31 }) }, fc.constant(0));

/** Everything that is drawn. What prints much has links that carry it. */
export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  {
    weight: 150,
    arbitrary: fc.record({
      ties,
      spill,
      links: fc.oneof({ weight: 4, arbitrary: wideLinks }, narrowLinks),
      program: programs(scripts),
      faults,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ ties, spill, links: wideLinks, program: programs(floods), faults }),
  },
);
