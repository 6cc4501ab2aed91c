import type { FileFacts } from './files/file-facts.js';
import { kernelTreeOf } from './files/kernel-trees.js';
import type { OwnUser } from './files/own-user.js';
import type { ResolvedPath } from './files/resolve-path.js';
import { isKeptByShell } from './linux/becoming-words.js';
import type { SandboxedCommand } from './linux/bwrap-plan.js';
import { SHELL } from './linux/system-places.js';
import { isExchangeable } from './policy/exchangeable.js';
import type { NormalisedPolicy } from './policy/path-rule.js';
import { accessTo } from './policy/visibility.js';

/** What a shell does for a command before it becomes it; nothing in a sandbox that shows none. */
export function planBeginning(
  command: SandboxedCommand,
  { path, identity }: Pick<ResolvedPath, 'path' | 'identity'>,
  policy: NormalisedPolicy,
  { user, files }: { readonly user: OwnUser; readonly files: FileFacts },
): Pick<SandboxedCommand, 'hasOwnErrors' | 'heldCwd'> {
  if ((accessTo(SHELL, policy, files) ?? 'deny') === 'deny')
    return { hasOwnErrors: false, heldCwd: undefined };
  // In trees of the kernel it is one of the sandbox's own.
  const mayBeHeld = kernelTreeOf(path) === undefined && isKeptByShell(command.env);
  const heldCwd = command.heldCwd ?? (isExchangeable(path, policy, user, files) ? identity : undefined);
  return {
    hasOwnErrors: command.hasOwnErrors === true,
    heldCwd: mayBeHeld ? heldCwd : undefined,
  };
}
