import { type FakeFile, fakeFiles } from '../../files/testing/fake-files.js';
import { policyOf } from '../../policy/testing/rules.js';
import { applyToFakes } from './apply-to-fakes.js';
import { BARE_CEILING } from './bare-ceiling.js';

/** What is known of these links, and told before a command begins. @param lines The policy. */
export async function looseOf(
  links: readonly string[],
  tree: Readonly<Record<string, FakeFile>>,
  lines: readonly string[] = ['write /ws', 'deny /ws/kept'],
): Promise<{ readonly known: unknown; readonly expected: unknown; readonly gaps: readonly string[] }> {
  const { policy, gaps } = await applyToFakes(policyOf(lines), BARE_CEILING, tree);
  const files = fakeFiles(tree);
  const expected = links.map((path) => {
    const { device, inode, uid } = files.look(path) ?? {};
    return { path, identity: { device, inode }, target: files.readLink(path), uid };
  });
  return { known: policy.looseLinks, expected, gaps };
}
