import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { type ProcessEntry, readProcessTable } from '../group/process-tree.js';

/** Starts a program as the first process of a namespace of processes, as a container does; it ends with the command. */
export const IN_NAMESPACE = [
  ...['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])],
  ...['--pid', '--fork', '--kill-child', '--'],
];

/** Whether this machine has what it takes. */
export const canHaveNamespace =
  process.platform === 'linux' &&
  spawnSync(IN_NAMESPACE[0] ?? '', [...IN_NAMESPACE.slice(1), 'true']).status === 0;

/** A namespace of processes with one process in it. */
export interface TestNamespace extends AsyncDisposable {
  readonly first: ProcessEntry;
  /** What has started it, and is outside. */
  readonly outer: ProcessEntry;
}

/** @param env That of all of its processes. */
export async function startNamespace(env: Readonly<Record<string, string>>): Promise<TestNamespace> {
  const [program = '', ...args] = IN_NAMESPACE;
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    program,
    [...args, 'sh', '-c', 'echo; exec sleep 1000'],
    { env, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await once(child.stdout, 'data');
  const table = readProcessTable() ?? [];
  const outer = table.find(({ pid }) => pid === child.pid);
  const first = table.find(({ parentPid }) => parentPid === child.pid);
  if (outer === undefined || first === undefined) throw new Error('the namespace has ended');
  return {
    outer,
    first,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}
