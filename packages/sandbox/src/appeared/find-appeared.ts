import { letGoOfWays } from '../files/direct-path.js';
import type { HostFacts } from '../host-facts.js';
import type { SandboxPlan } from '../plan-sandbox.js';
import { indexRules } from '../policy/access.js';
import { NEVER_ABORTED, untilAborted } from '../until-aborted.js';
import type { AppearedReport } from './appeared.js';
import { fullBudget } from './change-look.js';
import { Findings } from './findings.js';
import { findGitChanges } from './git-changes.js';
import { gitPartsOf } from './git-parts.js';
import { KeptOutPlaces } from './kept-out.js';
import { findMadePrograms } from './made-programs.js';
import { findNewRepositories } from './new-repositories.js';
import { findOpenedWays } from './opened-ways.js';
import { findUncovered, judgedPaths } from './uncovered.js';
import { unmovedIn } from './unmoved.js';

/** What of a plan tells what there was. */
type LookedAfterPlan = Pick<SandboxPlan, 'policy' | 'searched' | 'missingPrograms'> &
  Partial<Pick<SandboxPlan, 'madeMs'>>;

/**
 * What has come up while a command ran that nothing protected: repositories, names that were kept from being created, and what in the
 * directories of repositories leads git outside elsewhere. Who has made it is not known: everybody who may write there could have.
 * @param since Before its plan was begun, in milliseconds since 1970. The clock by which files are stamped lags by less than that takes.
 * @throws The reason of the signal.
 */
export function findAppeared(
  plan: LookedAfterPlan,
  host: Pick<HostFacts, 'repositories' | 'files'>,
  since: number,
  signal: AbortSignal = NEVER_ABORTED,
): Promise<AppearedReport> {
  // A file system that does not answer keeps nobody.
  return untilAborted(lookThrough(plan, host, since, signal), signal);
}

async function lookThrough(
  plan: LookedAfterPlan,
  { repositories, files }: Pick<HostFacts, 'repositories' | 'files'>,
  since: number,
  signal: AbortSignal,
): Promise<AppearedReport> {
  letGoOfWays();
  const { policy, searched, missingPrograms } = plan;
  const known = new Set(searched.flatMap(({ tree }) => tree.repositories));
  const index = indexRules(policy.rules);
  const judged = judgedPaths(policy);
  const look = {
    since,
    isWritable: (path: string) => index.accessAt(path) === 'write',
    isUnmoved: unmovedIn(plan, repositories),
    repositories: known,
    budget: fullBudget(),
    findings: new Findings(),
    signal,
    keptOut: new KeptOutPlaces(files),
  };
  await findUncovered(policy, look);
  await findMadePrograms(missingPrograms, look);
  for (const { target, tree } of searched) {
    const after = await repositories.find(target, signal);
    await findNewRepositories({ target, tree }, after, files, { ...look, judged });
  }
  for (const { tree } of searched) {
    for (const directory of tree.repositories) await findGitChanges(directory, look);
  }
  const roots = searched.map(({ target }) => target.root);
  for (const { directory, root } of gitPartsOf(roots, known)) await findGitChanges(directory, look, root);
  await findOpenedWays(policy.openWays ?? [], look);
  look.keptOut.tell(look.findings);
  return look.findings.report;
}
