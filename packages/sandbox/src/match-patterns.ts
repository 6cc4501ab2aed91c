import type { FileView } from './files/file-facts.js';
import type { HostFacts } from './host-facts.js';
import type { GlobMatches, GlobScan } from './intent/deny-glob.js';
import { FillablePlaces } from './intent/fillable-places.js';
import type { NamedPaths } from './intent/made-links.js';
import { OpenedPaths } from './intent/opened-paths.js';
import { scansWithBase } from './intent/pattern-bases.js';
import { withoutUnsteady } from './intent/unsteady-places.js';
import { checked } from './launch/checked-files.js';
import type { SetUp } from './launch/set-up.js';
import type { ProfileSource } from './policy/rule-origin.js';

/** What the patterns of an intent match. @param named What entries name, and so no command has made. */
export async function matchAll(
  scans: readonly GlobScan[],
  named: NamedPaths,
  { files: view, patterns }: HostFacts,
  setUp: SetUp,
): Promise<GlobMatches> {
  const some = scansIn('intent', scans, named, view, setUp);
  return await patterns.find(some, view, setUp.signal, { opened: new OpenedPaths(named.rules) });
}

/** The same for a ceiling. */
export async function matchMost(
  scans: readonly GlobScan[],
  named: NamedPaths,
  { files: view, patterns }: HostFacts,
  setUp: SetUp,
  cwd: string,
): Promise<GlobMatches> {
  const some = scansIn('ceiling', scans, named, view, setUp);
  const fillable = new FillablePlaces(named.rules, view);
  const found = await patterns.find(some, view, setUp.signal, {
    opened: new OpenedPaths(named.rules),
    fillable,
  });
  return withoutUnsteady(found, some, { fillable, unsteady: setUp.unsteady, cwd });
}

/** Those for which something is to be looked at. */
function scansIn(
  source: ProfileSource,
  scans: readonly GlobScan[],
  named: NamedPaths,
  view: FileView,
  setUp: SetUp,
): readonly GlobScan[] {
  if (scans.length === 0) return [];
  return view.inOneGo((files) => scansWithBase(scans, named, checked(files, setUp), source));
}
