import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { SandboxDenial } from '@holdfast/exec-protocol';
import { type FailedCommand, type HostFacts, type JudgedPlan, judgeDenial } from '@holdfast/sandbox';
import { errorCode } from '../spawn/spawn-error.js';

/** What its sandbox has denied a command that failed; undefined where it is not to blame. */
export function judgeConfined(
  command: FailedCommand,
  plan: JudgedPlan,
  host: Pick<HostFacts, 'files' | 'mountTable'>,
): SandboxDenial | undefined {
  return judgeDenial(command, plan, host, writableFiles());
}

/** Says what this server may write. Each file is tried once: a command complains of the same ones, or of many in one directory. */
function writableFiles(): (file: string) => boolean {
  const refusals = new Map<string, string | undefined>();
  const refusalAt = (file: string): string | undefined => {
    if (!refusals.has(file)) refusals.set(file, whyNotWritable(file));
    return refusals.get(file);
  };
  return (file) => {
    const refusal = refusalAt(file);
    // What is not there yet can be made where its directory can be written.
    return refusal === 'ENOENT' ? refusalAt(path.dirname(file)) === undefined : refusal === undefined;
  };
}

function whyNotWritable(file: string): string | undefined {
  try {
    accessSync(file, constants.W_OK);
    return undefined;
  } catch (error) {
    return errorCode(error) ?? 'unknown';
  }
}
