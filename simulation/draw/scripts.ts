import fc from 'fast-check';
import type { Script, ScriptStep } from '../system/script.js';

/** Short times most of the time, so that much happens at once, and sometimes long ones. */
export const delayMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
);

const printBytes = fc.oneof(
  { weight: 50, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 3_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 90_000 }) },
);

const print = fc.record({
  type: fc.constant('print' as const),
  stream: fc.constantFrom('out' as const, 'err' as const),
  bytes: printBytes,
});

const printStep: fc.Arbitrary<ScriptStep> = fc.record({ afterMs: delayMs, act: print });

const exitStep: fc.Arbitrary<ScriptStep> = fc.record({
  afterMs: delayMs,
  act: fc.record({ type: fc.constant('exit' as const), code: fc.integer({ min: 0, max: 3 }) }),
});

/** More than windows and the memory of a log hold. */
const flood: fc.Arbitrary<readonly ScriptStep[]> = fc
  .record({ count: fc.integer({ min: 20, max: 80 }), afterMs: fc.integer({ min: 0, max: 3 }) })
  .map(({ count, afterMs }) =>
    Array.from({ length: count }, () => ({
      afterMs,
      act: { type: 'print' as const, stream: 'out' as const, bytes: 65_000 },
    })),
  );

/** What a child does: it prints, ends, and may leave somebody behind who prints on. */
function scriptsThat(print: fc.Arbitrary<readonly ScriptStep[]>): fc.Arbitrary<Script> {
  const late = fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    fc.array(printStep, { minLength: 1, maxLength: 3 }),
  );
  return fc.record({
    spawnMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 30 }) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    steps: fc.tuple(print, exitStep, late).map(([before, exit, after]) => [...before, exit, ...after]),
    readMs: fc.integer({ min: 0, max: 30 }),
    stdin: fc.constantFrom('ignore' as const, 'echo' as const),
    endsWithStdin: fc.boolean(),
    onTerm: fc.constantFrom('end' as const, 'ignore' as const, 'printAndEnd' as const),
    closeMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
  });
}

/** Children that print little. */
export const scripts: fc.Arbitrary<Script> = scriptsThat(fc.array(printStep, { maxLength: 6 }));

/** Children that print much. */
export const floods: fc.Arbitrary<Script> = scriptsThat(flood);
