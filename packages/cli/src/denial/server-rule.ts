import type { DenialFinding, SandboxRule } from '@holdfast/exec-protocol';
import { printable } from '../text/printable.js';
import type { RuleWords } from './describe-denial.js';

/** A rule of a server: who has made it, and who can change it. */
export function describeServerRule(
  { source, entry, pattern }: SandboxRule,
  { subject }: Pick<DenialFinding, 'subject'>,
): RuleWords {
  const name = printable(pattern === undefined ? entry : `${entry} (${pattern})`);
  switch (source) {
    case 'intent':
      return { by: `${name} of its start`, remedy: `start it with ${wider(subject)}` };
    case 'ceiling':
      return {
        by: `${name} of the server's ceiling`,
        remedy: `the operator of the server can allow ${wider(subject)} in --sandbox-ceiling`,
      };
    case 'default':
      return DEFAULTS[entry] ?? { by: `${name}, which every sandbox there has`, remedy: 'do without it' };
  }
}

/** What every sandbox has, whoever asks for what. */
export const DEFAULTS: Readonly<Record<string, RuleWords>> = {
  executableConfiguration: {
    by: 'the protection of git hooks, start-up files and settings of agents',
    remedy: 'change that outside of the sandbox',
  },
  kernelTrees: {
    by: 'the sandbox, in which /proc, /sys and /dev are its own',
    remedy: 'a command that changes the kernel needs to run without one',
  },
  ownRecords: { by: 'the protection of the records of sandboxes', remedy: 'use another directory' },
  systemCalls: {
    by: 'the filter of the sandbox',
    remedy: 'a command that needs the call needs to run without a sandbox',
  },
};

function wider(subject: DenialFinding['subject']): string {
  switch (subject?.type) {
    case 'path':
      return subject.operation === 'write' ? 'write access to it' : 'read access to it';
    case 'host':
      return subject.reason === 'not_allowed_local' ? 'that host and its address' : 'that host';
    case 'network':
      return 'a network';
    default:
      return 'more';
  }
}
