import { expect, test } from 'vitest';
import type { FakeFile } from '../files/testing/fake-files.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

test('a directory in the place of a config stays as it is, lest it be exchanged for one, but for what may be written by itself', async () => {
  const repository = (name: string): Readonly<Record<string, FakeFile>> => ({
    [`/ws/${name}/HEAD`]: { text: '' },
    [`/ws/${name}/objects`]: 'directory',
    [`/ws/${name}/refs`]: 'directory',
  });
  const tree = {
    ...repository('empty'),
    '/ws/empty/config': 'directory',
    ...repository('filled'),
    '/ws/filled/config/x': { text: '' },
    ...repository('own'),
    '/ws/own/config/x/y': { text: '' },
  } as const;
  const { policy, gaps } = await applyToFakes(
    policyOf(['write /ws', 'write /ws/own/config/x']),
    BARE_CEILING,
    tree,
  );
  expect([linesOf(policy.rules).filter((line) => line.endsWith('/config')), gaps]).toEqual([
    ['read /ws/empty/config', 'read /ws/filled/config'],
    ['/ws/own/config holds what may be written, so it does not stay as it is as a whole'],
  ]);
});
