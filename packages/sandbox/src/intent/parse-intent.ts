import { ExecError } from '@holdfast/exec-protocol';
import type * as z from 'zod';
import { type SandboxIntent, sandboxIntentSchema } from './schema.js';

/**
 * Reads the `sandbox` object as it came over the wire.
 * @throws ExecError `sandboxUnsupported`, naming each member that is not understood and what it may be.
 */
export function parseIntent(sandbox: unknown): SandboxIntent {
  const parsed = sandboxIntentSchema.safeParse(sandbox);
  if (!parsed.success) {
    throw new ExecError('sandboxUnsupported', parsed.error.issues.map(describeIssue).join('; '));
  }
  if (parsed.data.windowsSandboxLevel === 'mxc') {
    throw new ExecError(
      'sandboxUnsupported',
      'sandbox.windowsSandboxLevel: this executor does not run Windows and has no mxc; send "disabled"',
    );
  }
  return parsed.data;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const place = ['sandbox', ...issue.path.map(String)].join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${place}: ${issue.keys.join(', ')}: not known here, and what is not known cannot be enforced; leave it out`;
    case 'invalid_union':
      return `${place}: must be one of ${variants(issue)}`;
    case 'invalid_type':
      return `${place}: must be ${issue.expected}`;
    default:
      return `${place}: ${issue.message.slice(0, 1).toLowerCase()}${issue.message.slice(1)}`;
  }
}

function variants(issue: z.core.$ZodIssue & { readonly code: 'invalid_union' }): string {
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  return options.map(String).join(', ');
}
