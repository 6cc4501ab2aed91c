import { readFileSync } from 'node:fs';

/** What decides on this machine whether a process may make user namespaces. */
export interface NamespaceSettings {
  /** Whether this process runs below a filter of system calls. */
  readonly isFiltered: boolean;
  /** Whether the settings of the kernel allow them. */
  readonly areAllowed: boolean;
}

/** Those of this process. */
export function readNamespaceSettings(): NamespaceSettings {
  const settings = ['user/max_user_namespaces', 'kernel/unprivileged_userns_clone'];
  return {
    isFiltered: /^Seccomp:\s*2$/m.test(textOf('/proc/self/status')),
    areAllowed: settings.every((name) => textOf(`/proc/sys/${name}`).trim() !== '0'),
  };
}

/** Why no user namespace may be made here, and what to do. */
export function whyNoNamespaces({ isFiltered, areAllowed }: NamespaceSettings): string {
  if (!areAllowed)
    return 'this host forbids user namespaces; allow them (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0), or in a container grant SYS_ADMIN';
  if (isFiltered)
    return 'this runs in a sandbox already, or in a container, whose filter of system calls allows no further namespaces; start it outside of that, or in a container grant SYS_ADMIN';
  return 'the kernel lets this process make no user namespace, though the settings of this host allow them: in a chroot there can be none; start it outside of that, or in a container grant SYS_ADMIN';
}

/** Empty where it cannot be read, as a setting that this kernel does not have. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
