import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { checkSpareDescriptors } from '../files/spare-descriptors.js';
import { PROBE_TIMEOUT_MS } from '../limits.js';
import type { TreeCloser } from '../machine/tree-closer.js';
import { enterWords, openNamespaces } from './enter-namespaces.js';
import type { NamedProcess } from './first-process.js';

/**
 * Closes a tree of mounts of a sandbox that is being set up, with the rights of whoever makes it: to the kernel they are theirs, whatever
 * is kept from them by name.
 * @param top Where the tree begins, as a path of its first process.
 * @returns its complaints; whether all is closed is for the mount table to tell. It has `PROBE_TIMEOUT_MS` for that.
 * @throws Error where a descriptor or a process cannot be had, or the first process has gone.
 */
export async function closeTree(
  first: NamedProcess,
  top: string,
  nsenter: string,
  closer: TreeCloser,
): Promise<string> {
  const namespaces = openNamespaces(first);
  try {
    const stdio = ['ignore', 'ignore', 'pipe', ...namespaces] as const;
    checkSpareDescriptors(stdio);
    const [program, ...words] = enterWords(nsenter, [3, 4]);
    const child = spawn(program, [...words, ...closer, `/proc/${first.pid}/root${top}`], {
      env: {},
      cwd: '/',
      stdio: [...stdio],
      timeout: PROBE_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const ended = new Promise<void>((resolve) => {
      child.once('close', resolve);
      // Heard of so that it does not end this program.
      child.once('error', resolve);
    });
    if (child.pid === undefined || child.stderr === null) throw new Error('no process can be started');
    const complaint = await text(child.stderr).catch(String);
    await ended;
    return complaint.trim();
  } finally {
    for (const fd of namespaces) closeSync(fd);
  }
}
