import type { NormalisedPolicy } from '../policy/path-rule.js';
import { seatbeltProfile } from './profile.js';

/**
 * What macOS would be told of a policy: the profile, and the values of its parameters as comments.
 * @throws ExecError `sandboxUnsupported` where a rule cannot be said in a profile.
 */
export function explainSeatbelt(policy: NormalisedPolicy): string {
  const profile = seatbeltProfile(policy);
  const values = Object.entries(profile.parameters).map(
    ([name, value]) => `; ${name} = ${JSON.stringify(value)}`,
  );
  return [
    '; for /usr/bin/sandbox-exec; it has not been tried on a Mac',
    profile.text,
    '; parameters',
    ...values,
    '',
  ].join('\n');
}
