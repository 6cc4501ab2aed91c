import { accessSync, constants } from 'node:fs';
import { BASH, type ProgramRenamer } from '../linux/program-names.js';

/** What gives programs other names on this machine, the quickest first. @param hasOption Whether bubblewrap knows the option. */
export function findRenamers(hasOption: boolean): readonly ProgramRenamer[] {
  return [...(hasOption ? (['bwrap'] as const) : []), ...(hasBash() ? (['bash'] as const) : [])];
}

function hasBash(): boolean {
  try {
    accessSync(BASH, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
