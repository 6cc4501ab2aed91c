import { closeSync, openSync } from 'node:fs';
import { pathOfDescriptor } from '../files/descriptors.js';
import type { NamedProcess } from './first-process.js';

/** Descriptors of the namespaces in which a sandbox is made: that of users, whose rights over the mounts it gives, and that of mounts. */
export type MakingNamespaces = readonly [users: number, mounts: number];

/**
 * Opens those of a process. Whoever asks closes them.
 * @throws Error of the system where there is no descriptor, or the process has gone.
 */
export function openNamespaces({ pid }: NamedProcess): MakingNamespaces {
  const users = openSync(`/proc/${pid}/ns/user`, 'r');
  try {
    return [users, openSync(`/proc/${pid}/ns/mnt`, 'r')];
  } catch (error) {
    closeSync(users);
    throw error;
  }
}

/**
 * The words by which `nsenter` becomes a program of the host in namespaces that it has inherited; what a sandbox shows in the place of
 * that program may be anything.
 */
export function enterWords(
  nsenter: string,
  [users, mounts]: MakingNamespaces,
): readonly [string, ...string[]] {
  const inherited = [`--user=${pathOfDescriptor(users)}`, `--mount=${pathOfDescriptor(mounts)}`];
  return [nsenter, ...inherited, '--root=/', '--preserve-credentials', '--'];
}
