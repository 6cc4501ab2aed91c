import type { DenialFinding, SandboxRule } from '@holdfast/exec-protocol';
import { printable } from '../text/printable.js';
import type { RuleWords } from './describe-denial.js';
import { DEFAULTS } from './server-rule.js';

/** A rule of `holdfast sandbox`, in the words of its options. */
export function describeLocalRule({ entry, pattern }: SandboxRule, { subject }: DenialFinding): RuleWords {
  if (subject?.type !== 'host') return DEFAULTS[entry] ?? { by: printable(entry), remedy: 'do without it' };
  const { host, port, reason } = subject;
  if (reason === 'denied')
    return { by: `--deny-host ${printable(pattern ?? '')}`, remedy: 'leave that out to allow it' };
  const by = 'the hosts of --allow-host';
  if (host === undefined || port === undefined)
    return { by, remedy: 'the command has to name its host to the proxy' };
  return { by, remedy: `add --allow-host ${printable(host)}:${String(port)} to allow it` };
}
