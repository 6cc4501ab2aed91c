import type { FileFacts } from '../files/file-facts.js';
import { exchangingHands } from '../files/hands.js';
import type { OwnUser } from '../files/own-user.js';
import { ancestorsOf, parentOf } from '../files/paths.js';
import { indexRules } from './access.js';
import type { NormalisedPolicy } from './path-rule.js';

/**
 * Whether a command with such a policy, running at the same time, or another user could have a directory's name lead to another one.
 * @param directory Canonical. @param files As they were when the policy was made.
 */
export function isExchangeable(
  directory: string,
  { rules, restrictsFiles }: Pick<NormalisedPolicy, 'rules' | 'restrictsFiles'>,
  own: OwnUser,
  files: Pick<FileFacts, 'look'>,
): boolean {
  if (!restrictsFiles) return false;
  const index = indexRules(rules);
  const above = ancestorsOf(directory);
  if (above.some((holder) => index.accessAt(holder) === 'write')) return true;
  return [directory, ...above].some((path) => {
    const [holder, entry] = [files.look(parentOf(path)), files.look(path)];
    return holder === undefined || entry === undefined || exchangingHands(holder, entry, own).length > 0;
  });
}
