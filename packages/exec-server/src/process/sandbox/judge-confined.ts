import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { SandboxDenial } from '@holdfast/exec-protocol';
import { judgeDenial } from '@holdfast/sandbox';
import { errorCode } from '../spawn/spawn-error.js';
import type { ConfinedPlan } from './confined-plan.js';

/** What its sandbox has denied a command that failed; undefined where it is not to blame. */
export function judgeConfined(
  { latest: { plan, host }, network }: ConfinedPlan,
  command: Omit<Parameters<typeof judgeDenial>[0], 'refusals'>,
): SandboxDenial | undefined {
  const refusals = network?.refusals ?? [];
  return judgeDenial({ ...command, refusals }, plan, host, writableFiles());
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
