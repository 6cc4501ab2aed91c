import { type FakeFile, fakeFiles } from '../../files/testing/fake-files.js';
import { mountsIn } from '../../mounts/mount-table.js';
import type { NormalisedPolicy } from '../../policy/path-rule.js';
import { fakeScans } from '../../repositories/testing/fake-scans.js';
import { applyCeiling, type CeiledPolicy, type Ceiling, scanTargets } from '../ceiling.js';

/** What a ceiling leaves of a policy where there are these files. @param table What is mounted, as in `/proc/PID/mountinfo`. */
export async function applyToFakes(
  policy: NormalisedPolicy,
  ceiling: Ceiling,
  tree: Readonly<Record<string, FakeFile>>,
  table = '',
): Promise<CeiledPolicy> {
  const files = fakeFiles(tree);
  const scans = fakeScans(files);
  const found = scanTargets(policy, ceiling).map(
    async (target) => [target.root, await scans.find(target)] as const,
  );
  return applyCeiling(policy, ceiling, { files, mounts: mountsIn(table) }, new Map(await Promise.all(found)));
}
