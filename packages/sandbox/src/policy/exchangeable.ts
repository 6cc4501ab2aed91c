import { ancestorsOf } from '../files/paths.js';
import { indexRules } from './access.js';
import type { NormalisedPolicy } from './path-rule.js';

/**
 * Whether a command with such a policy, running at the same time, could have a directory's name lead to another one.
 * @param directory Canonical.
 */
export function isExchangeable(
  directory: string,
  { rules, restrictsFiles }: Pick<NormalisedPolicy, 'rules' | 'restrictsFiles'>,
): boolean {
  const index = indexRules(rules);
  return restrictsFiles && ancestorsOf(directory).some((above) => index.accessAt(above) === 'write');
}
