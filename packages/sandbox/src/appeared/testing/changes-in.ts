import { realFileFacts } from '../../files/real-file-facts.js';
import { NEVER_ABORTED } from '../../until-aborted.js';
import type { Appeared } from '../appeared.js';
import { fullBudget, type LookBudget } from '../change-look.js';
import { Findings } from '../findings.js';
import { findGitChanges } from '../git-changes.js';
import { KeptOutPlaces } from '../kept-out.js';

/** What is told of the directory of a repository, all of which could be written. @param since Default: all counts as changed. */
export async function changesIn(
  directory: string,
  since = 0,
  budget: Partial<LookBudget> = {},
): Promise<readonly Appeared[]> {
  const findings = new Findings();
  await findGitChanges(directory, {
    since,
    isWritable: () => true,
    isUnmoved: () => false,
    repositories: new Set(),
    budget: { ...fullBudget(), ...budget },
    findings,
    keptOut: new KeptOutPlaces(realFileFacts),
    signal: NEVER_ABORTED,
  });
  return findings.report.found;
}
