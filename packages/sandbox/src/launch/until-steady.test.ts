import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { StalePlan } from '../files/stale-plan.js';
import { MAX_PLANS } from '../limits.js';
import { SetUp } from './set-up.js';
import { untilSteady } from './until-steady.js';

/** Tries until it has failed so often. */
async function tried(failures: number, error: () => Error): Promise<{ again: boolean[]; end: unknown }> {
  const again: boolean[] = [];
  const setUp = new SetUp();
  const end = await untilSteady(setUp, (isAgain) => {
    again.push(isAgain);
    return again.length > failures ? Promise.resolve('made') : Promise.reject(error());
  }).catch((reason: unknown) => reason);
  setUp.end();
  return { again, end };
}

const stale = (): Error => new StalePlan('/tmp/a/.git/config', 'has gone');

test('what is stale is made anew, so often and no more', async () => {
  expect(await tried(0, stale)).toEqual({ again: [false], end: 'made' });
  expect(await tried(2, stale)).toEqual({ again: [false, true, true], end: 'made' });
  expect((await tried(MAX_PLANS - 1, stale)).end).toBe('made');
  const { again, end } = await tried(MAX_PLANS, stale);
  expect([again.length, end]).toMatchObject([
    MAX_PLANS,
    {
      kind: 'sandboxUnsupported',
      message:
        'sandbox: /tmp/a/.git/config has gone while the sandbox was planned, and so it was with 16 plans (MAX_PLANS); try again when less is changed there',
      cause: stale(),
    },
  ]);
});

test.each([
  ['/tmp/a', ['/tmp/a']],
  ['what it shows (bwrap: no)', []],
])(
  'where it was so is remembered once half of the plans were in vain, if that is a place (%s)',
  async (subject, unsteady) => {
    const setUp = new SetUp();
    const steps: (readonly string[])[] = [];
    const end = untilSteady(setUp, () => {
      steps.push(setUp.unsteady);
      return Promise.reject(new StalePlan(subject, 'has gone'));
    });
    await expect(end).rejects.toThrow(`${MAX_PLANS} plans`);
    expect([steps[MAX_PLANS / 2 - 1], [...new Set(setUp.unsteady)]]).toEqual([[], unsteady]);
    setUp.end();
  },
);

test('nothing else is tried again, and nothing once nobody waits for it', async () => {
  const refused = (): Error => new ExecError('sandboxUnsupported', 'sandbox: no');
  expect(await tried(1, refused)).toEqual({ again: [false], end: refused() });
  const unwanted = new AbortController();
  const setUp = new SetUp({ calledOffBy: [unwanted.signal] });
  let attempts = 0;
  const end = untilSteady(setUp, () => {
    attempts += 1;
    unwanted.abort(new Error('enough'));
    return Promise.reject(stale());
  });
  await expect(end).rejects.toThrow('enough');
  expect(attempts).toBe(1);
});
