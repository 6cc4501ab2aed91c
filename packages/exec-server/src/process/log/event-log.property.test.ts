import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { happened, LogWorld } from '../testing/log-world.js';

const sizes = fc.oneof(fc.nat(200), fc.nat(48 * 1024));

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('append' as const), size: sizes, isError: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resize' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const), count: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('view' as const), count: fc.nat(8) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('acknowledge' as const),
      back: fc.nat(3),
      window: fc.nat(100_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      after: fc.nat(60),
      budget: fc.option(fc.nat(150_000), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refuse' as const), isRefusing: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reclaim' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);

test('whatever is printed, pushed, viewed and read: the owner gets every byte once and in order, readers what is retained', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 40, maxLength: 120, size: 'max' }),
      fc.boolean(),
      async (steps, hasWindow) => {
        const world = new LogWorld(hasWindow ? 50_000 : undefined);
        for (const one of steps) {
          if (one.do === 'append') world.append(one.isError ? 'stderr' : 'stdout', one.size);
          else if (one.do === 'resize') world.resize();
          else if (one.do === 'push') world.push(one.count);
          else if (one.do === 'view') world.view(one.count);
          else if (one.do === 'acknowledge') world.acknowledge(one.back, one.window + 1);
          else if (one.do === 'read') world.read(one.after, one.budget);
          else if (one.do === 'refuse') world.refuse(one.isRefusing);
          else if (one.do === 'reclaim') world.reclaim();
          else await turn();
          world.check();
        }
        await world.finish();
      },
    ),
    { numRuns: Number(process.env['LOG_RUNS'] ?? 60) },
  );
  // A run that never came to the hard parts proves nothing.
  for (const [what, times] of Object.entries(happened)) expect([what, times > 0]).toEqual([what, true]);
}, 60_000);
