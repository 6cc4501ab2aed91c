import { ExecError, tellIssues } from '@holdfast/exec-protocol';
import { MAX_WRITTEN_CHARACTERS } from '../limits.js';
import { refuse } from '../refuse.js';
import { describeIssue } from './describe-issue.js';
import { restrictedFilesOf } from './glob-scans.js';
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
      tellIssues(parsed.error, (issue) => describeIssue(issue, 'sandbox')),
    );
  }
  if (parsed.data.windowsSandboxLevel === 'mxc') {
    throw new ExecError(
      'sandboxUnsupported',
      'sandbox.windowsSandboxLevel: this executor does not run Windows and has no mxc; send "disabled"',
    );
  }
  refuseLong(parsed.data);
  return parsed.data;
}

/** Before any of its paths is read. */
function refuseLong(intent: SandboxIntent): void {
  const { policyContext, workspaceRoots } = intent;
  const entries = restrictedFilesOf(intent)?.entries ?? [];
  const paths = entries.map(({ path }) => (path.type === 'path' ? path.path : ''));
  const texts = [...paths, ...(workspaceRoots ?? []), ...(policyContext?.workspaceRoots ?? [])];
  const written = texts.reduce((sum, { length }) => sum + length, 0);
  if (written > MAX_WRITTEN_CHARACTERS)
    refuse(
      'sandbox',
      `its paths and roots are written in more than ${MAX_WRITTEN_CHARACTERS} characters; name directories further up instead`,
    );
}
