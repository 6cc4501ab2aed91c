import { EXTENSIONS, type ExtensionName } from '@holdfast/exec-protocol';
import fc from 'fast-check';
import type { ActPlan, GuestPlan, ProcessPlan, Program, ViewPlan } from '../program/program.js';
import type { Script } from '../system/script.js';
import { delayMs } from './scripts.js';

const ALL_EXTENSIONS = Object.keys(EXTENSIONS) as ExtensionName[];

const extensions: fc.Arbitrary<readonly ExtensionName[]> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(ALL_EXTENSIONS) },
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.subarray(ALL_EXTENSIONS) },
);

const perEventMs = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 400 }));

const pause = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  fc.record({ afterEvents: fc.integer({ min: 1, max: 5 }), forMs: fc.integer({ min: 1, max: 15_000 }) }),
);

const leavesAfter = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  fc.integer({ min: 1, max: 4 }),
);

const openMs = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, delayMs);

const after = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 6 }));

const eventView: fc.Arbitrary<ViewPlan> = fc.record({
  kind: fc.constant('events' as const),
  openMs,
  after,
  perEventMs,
  pause,
  leavesAfter,
});

const view: fc.Arbitrary<ViewPlan> = fc.oneof(
  { weight: 4, arbitrary: eventView },
  fc.record({
    kind: fc.constantFrom('stdout' as const, 'all' as const),
    openMs,
    after: fc.constant(0),
    perEventMs,
    pause,
    leavesAfter,
  }),
);

const atMs = delayMs;

const write: fc.Arbitrary<ActPlan> = fc.record({
  type: fc.constant('write' as const),
  atMs,
  bytes: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 16, max: 40 }) },
    fc.integer({ min: 16, max: 6_000 }),
  ),
});

const resize: fc.Arbitrary<ActPlan> = fc.record({ type: fc.constant('resize' as const), atMs });

const terminate: fc.Arbitrary<ActPlan> = fc.record({
  type: fc.constant('terminate' as const),
  atMs,
  graceMs: fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined }),
});

const end: fc.Arbitrary<ActPlan> = fc.record({ type: fc.constant('end' as const), atMs });

type SignalAct = Extract<ActPlan, { type: 'signal' }>;

/** Each name at most once for a process, so that its effect is told from others. */
function signals(...names: readonly SignalAct['name'][]): fc.Arbitrary<readonly ActPlan[]> {
  const signal: fc.Arbitrary<SignalAct> = fc.record({
    type: fc.constant('signal' as const),
    atMs,
    name: fc.constantFrom(...names),
    target: fc.constantFrom('process' as const, 'group' as const, 'tree' as const),
  });
  return fc.uniqueArray(signal, { selector: ({ name }) => name, maxLength: 2 });
}

const writes = fc.array(write, { maxLength: 4 });

const ownActs: fc.Arbitrary<readonly ActPlan[]> = fc
  .tuple(
    writes,
    signals('SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGWINCH'),
    fc.array(fc.oneof({ weight: 2, arbitrary: resize }, end, terminate), { maxLength: 2 }),
  )
  .map((acts) => acts.flat());

const guestActs: fc.Arbitrary<readonly ActPlan[]> = fc
  .tuple(fc.array(write, { maxLength: 2 }), signals('SIGHUP', 'SIGQUIT'), fc.array(resize, { maxLength: 1 }))
  .map((acts) => acts.flat());

function processes(script: fc.Arbitrary<Script>): fc.Arbitrary<ProcessPlan> {
  return fc.record({
    startMs: delayMs,
    way: fc.oneof({ weight: 6, arbitrary: fc.constant('spawn' as const) }, fc.constant('exec' as const)),
    isTerminal: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, fc.constant(true)),
    hasStdin: fc.boolean(),
    lifetime: fc.oneof(
      { weight: 8, arbitrary: fc.constant('session' as const) },
      fc.constant('server' as const),
    ),
    retention: fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      fc.constantFrom('keep' as const, 'drop' as const),
    ),
    drainMs: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, fc.integer({ min: 0, max: 2_000 })),
    script,
    views: fc.array(view, { maxLength: 2 }).map(withoutSharedStreams),
    acts: ownActs,
  });
}

/** A stream has one reader. */
function withoutSharedStreams(views: readonly ViewPlan[]): readonly ViewPlan[] {
  return views.filter(
    ({ kind }, index) => kind === 'events' || views.findIndex((other) => other.kind === kind) === index,
  );
}

const guest: fc.Arbitrary<GuestPlan> = fc.record({
  connectMs: delayMs,
  joinMs: delayMs,
  process: fc.constant(0),
  after,
  views: fc.array(eventView, { maxLength: 2 }),
  acts: guestActs,
  leaveMs: fc.option(delayMs, { nil: undefined }),
});

/** What clients do with children that follow such scripts. */
export function programs(script: fc.Arbitrary<Script>): fc.Arbitrary<Program> {
  return fc.record({
    extensions,
    processes: fc.oneof(
      { weight: 3, arbitrary: fc.array(processes(script), { minLength: 1, maxLength: 1 }) },
      { weight: 2, arbitrary: fc.array(processes(script), { minLength: 2, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.array(processes(script), { minLength: 1, maxLength: 3 }) },
    ),
    guest: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, guest),
    closeMs: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, fc.integer({ min: 0, max: 30_000 })),
  });
}
