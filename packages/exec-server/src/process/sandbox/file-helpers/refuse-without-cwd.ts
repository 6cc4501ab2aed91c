import { ExecError } from '@holdfast/exec-protocol';
import type { SandboxIntent } from '@holdfast/sandbox';

/**
 * A file request has no working directory of its own, so what depends on one needs that of the intent, as on the reference.
 * @throws ExecError `sandboxUnsupported`
 */
export function refuseWithoutCwd({ permissions, cwd, policyContext }: SandboxIntent): void {
  if ((policyContext?.cwd ?? cwd) != null) return;
  if (permissions.type !== 'managed' || permissions.file_system.type !== 'restricted') return;
  const needsOne = permissions.file_system.entries.some(({ path }) => {
    if (path.type === 'glob_pattern') return !path.pattern.startsWith('/');
    if (path.type !== 'special') return false;
    return path.value.kind === 'project_roots' || path.value.kind === 'current_working_directory';
  });
  if (!needsOne) return;
  throw new ExecError(
    'sandboxUnsupported',
    'sandbox.cwd: a file request whose permissions name project_roots or a relative pattern needs it; send it',
  );
}
