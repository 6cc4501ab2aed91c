import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type AskedPlan, KeptPlans } from './kept-plans.js';

const KIB = 1024;

/** A plan with a note that cannot be packed. */
function planOf(noteBytes: number, note = randomBytes(noteBytes).toString('latin1')): AskedPlan {
  const origin = { source: 'intent', entry: 'permissions' } as const;
  const rule = {
    path: '/ws/\ud800',
    access: 'deny',
    kind: 'missing',
    identity: undefined,
    origin,
    isShared: false,
  } as const;
  const tree = { gitPaths: ['/ws/.git'], repositories: [], shut: [], unseen: undefined };
  return {
    policy: {
      restrictsFiles: true,
      rules: [rule],
      links: [],
      network: 'restricted',
      networkOrigin: origin,
      notes: [{ origin, text: note }],
    },
    decisions: [rule],
    hosts: undefined,
    searched: [{ target: { root: '/ws', except: new Set(['/ws/a']), maxDirectories: 7 }, tree }],
    missingPrograms: [{ path: '/ws/watch', repository: '/ws/.git', isOnlyIfExecutable: true }],
  };
}

test('a plan is read as it was, as often as it is asked for, until it is forgotten', () => {
  const plans = new KeptPlans();
  const plan = planOf(KIB);
  const kept = plans.keep({ ...plan, launch: 'not asked for' } as AskedPlan);
  expect([kept.read(), kept.read()]).toEqual([plan, plan]);
  kept.forget();
  expect([kept.read(), plans.bytes]).toEqual([undefined, 0]);
});

test('equal plans take the room of one, until the last of them is forgotten', () => {
  const plans = new KeptPlans();
  const plan = planOf(KIB);
  const first = plans.keep(plan);
  const { bytes } = plans;
  const second = plans.keep(structuredClone(plan));
  expect(plans.bytes).toBe(bytes);
  first.forget();
  first.forget();
  expect([first.read(), second.read(), plans.bytes]).toEqual([undefined, plan, bytes]);
  second.forget();
  expect(plans.bytes).toBe(0);
});

test('where there is no room for all, the largest is thrown away, and comes back with the next command that has it', () => {
  const plans = new KeptPlans(16 * KIB);
  const [small, large, other] = [planOf(KIB), planOf(9 * KIB), planOf(7 * KIB)];
  const [kept, lost, also] = [small, large, other].map((plan) => plans.keep(plan));
  expect([kept, lost, also].map((one) => one?.read())).toEqual([small, undefined, other]);
  also?.forget();
  const again = plans.keep(large);
  expect([lost?.read(), again.read(), kept?.read()]).toEqual([large, large, small]);
  lost?.forget();
  const tooLarge = plans.keep(planOf(32 * KIB));
  expect([tooLarge.read(), again.read(), kept?.read()]).toEqual([undefined, large, small]);
  for (const one of [again, kept, tooLarge]) one?.forget();
  expect(plans.bytes).toBe(0);
});
