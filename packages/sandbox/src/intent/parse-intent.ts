import { ExecError } from '@holdfast/exec-protocol';
import { describeIssue } from './describe-issue.js';
import { type SandboxIntent, sandboxIntentSchema } from './schema.js';

/**
 * Reads the `sandbox` object as it came over the wire.
 * @throws ExecError `sandboxUnsupported`, naming each member that is not understood and what it may be.
 */
export function parseIntent(sandbox: unknown): SandboxIntent {
  const parsed = sandboxIntentSchema.safeParse(sandbox);
  if (!parsed.success) {
    throw new ExecError(
      'sandboxUnsupported',
      parsed.error.issues.map((issue) => describeIssue(issue, 'sandbox')).join('; '),
    );
  }
  if (parsed.data.windowsSandboxLevel === 'mxc') {
    throw new ExecError(
      'sandboxUnsupported',
      'sandbox.windowsSandboxLevel: this executor does not run Windows and has no mxc; send "disabled"',
    );
  }
  return parsed.data;
}
