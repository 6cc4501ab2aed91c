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
  return judgeDenial({ ...command, refusals }, plan, host, mayWrite);
}

/** What is not there yet can be made where its directory can be written. */
function mayWrite(file: string): boolean {
  const refusal = whyNotWritable(file);
  return refusal === 'ENOENT' ? whyNotWritable(path.dirname(file)) === undefined : refusal === undefined;
}

function whyNotWritable(file: string): string | undefined {
  try {
    accessSync(file, constants.W_OK);
    return undefined;
  } catch (error) {
    return errorCode(error) ?? 'unknown';
  }
}
