import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { WrapperWatch } from '@holdfast/sandbox';
import type { ConfinedProcess } from './group/confined-signals.js';

/** A process that was started. */
export interface StartedProcess {
  readonly process: ChildProcess & { readonly pid: number };
  /** Where it is the wrapper of a sandbox. */
  readonly wrapper?: WrapperWatch;
  /** The same, while something runs in it. */
  readonly confined?: ConfinedProcess;
}

/** What `spawn` has returned, once it is known to be a process. Rejects with what Node says of one that is not. */
export async function startedBy(process: ChildProcess): Promise<StartedProcess> {
  if (hasPid(process)) return { process };
  const [error]: unknown[] = await once(process, 'error').catch((reason: unknown) => [reason]);
  throw error;
}

function hasPid(process: ChildProcess): process is StartedProcess['process'] {
  return process.pid !== undefined;
}
