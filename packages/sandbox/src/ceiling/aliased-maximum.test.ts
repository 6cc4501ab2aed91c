import { expect, test } from 'vitest';
import { DEFAULTS } from '../policy/rule-origin.js';
import { linesOf, policyOf, ruleAt } from '../policy/testing/rules.js';
import type { CeiledPolicy, Ceiling } from './ceiling.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

const CEILING: Ceiling = {
  ...BARE_CEILING,
  protectedNames: ['.bashrc'],
};

const TREE = { '/data/.bashrc': 'directory', '/mnt/.bashrc': 'directory', '/mnt/deep': 'directory' } as const;

/** All of /data is mounted at /mnt as well. */
const TABLE = '1 0 8:1 / / rw - ext4 x rw\n2 1 8:1 /data /mnt rw - ext4 x rw\n';

function below(asked: readonly string[], ceiling: Partial<Ceiling> = {}): Promise<CeiledPolicy> {
  return applyToFakes(policyOf(asked), { ...CEILING, ...ceiling }, TREE, TABLE);
}

function maximum(...lines: readonly string[]): Pick<Ceiling, 'maximum'> {
  return { maximum: policyOf(lines) };
}

async function linesBelow(asked: readonly string[], ceiling?: Partial<Ceiling>): Promise<readonly string[]> {
  return linesOf((await below(asked, ceiling)).policy.rules);
}

test('what keeps a file from being changed does not open it where it is mounted as well', async () => {
  expect(await linesBelow(['read /', 'write /mnt', 'deny /data/.bashrc'])).toEqual([
    'read /',
    'deny /data/.bashrc',
    'write /mnt',
    'deny /mnt/.bashrc',
  ]);
});

test('what an operator denies no entry of an intent opens where it is mounted as well', async () => {
  const ceiling = maximum('write /', 'deny /data');
  const asked = [
    ['read /', 'read /mnt'],
    ['read /usr', 'read /mnt'],
    ['read /', 'write /mnt/deep'],
  ];
  expect(await Promise.all(asked.map((lines) => linesBelow(lines, ceiling)))).toEqual([
    ['read /', 'deny /data', 'deny /mnt'],
    ['read /usr'],
    ['read /', 'deny /data', 'deny /mnt'],
  ]);
});

test('who denies it decides there', async () => {
  const { decisions, narrowed } = await below(['read /', 'read /mnt'], maximum('write /', 'deny /data'));
  expect([
    decisions.find(({ path }) => path === '/mnt')?.origin,
    narrowed.find(({ path }) => path === '/mnt'),
  ]).toEqual([ruleAt('/data'), { path: '/mnt', asked: 'read', granted: 'deny', origin: ruleAt('/data') }]);
});

test('entries of the same profile open it', async () => {
  const denying = ['read /', 'deny /data', 'read /mnt'];
  const opening = ['read /', 'deny /data', 'write /mnt'];
  expect([
    await linesBelow(denying),
    await linesBelow(['read /'], maximum(...opening)),
    await linesBelow(['read /', 'deny /data'], maximum(...opening)),
  ]).toEqual([
    ['read /', 'deny /data'],
    ['read /', 'deny /data'],
    ['read /', 'deny /data', 'deny /mnt'],
  ]);
});

test('nobody opens what is shown to nobody', async () => {
  const hidden = [{ path: '/data', origin: DEFAULTS.ownRecords }];
  const ceiling = { hidden, ...maximum('write /', 'write /mnt') };
  expect(await linesBelow(['read /', 'write /mnt'], ceiling)).toEqual(['read /', 'deny /data', 'deny /mnt']);
});
