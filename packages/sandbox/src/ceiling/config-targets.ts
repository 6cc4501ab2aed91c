import type { FileFacts } from '../files/file-facts.js';
import { withHolders } from '../files/paths.js';
import { MAX_CONFIG_SHARES, MAX_MISSING_PROGRAMS } from '../limits.js';
import type { MissingProgram } from '../policy/missing-program.js';
import { ALL_OF_IT, ConfigPool, type ConfigShare, covers, halfOf, NOTHING } from './config-budget.js';
import { ConfigLook } from './config-look.js';
import type { ConfigGap } from './config-outcome.js';
import { ConfigReading, type ReadTargets } from './config-reading.js';
import type { ConfiguredRepository } from './configured-repository.js';

/** What the configs of all repositories come to. */
interface ConfigTargets extends ReadTargets {
  /** Links on the way to what they name. */
  readonly links: ReadonlySet<string>;
}

/**
 * Hooks, included configs and programs that the configs of repositories name by their paths, hooks before programs, and what
 * links among hooks lead to. How many of them are found is bounded for all together; the rest is a gap.
 * @param worktrees Where the files of each repository are checked out, as far as that is seen from there, by its directory.
 * @param kept Directories that must not become read-only as a whole, whatever a config says.
 * @param inParts Repositories whose own files are protected already, default none; what those of the others are links to is to be protected as well.
 */
export function namedByConfigs(
  worktrees: ReadonlyMap<string, Iterable<string>>,
  kept: readonly string[],
  files: FileFacts,
  inParts: ReadonlySet<string> = new Set(),
): ConfigTargets {
  const { near, others } = nearestFirst(worktrees, kept);
  const look = new ConfigLook(files, kept, [...worktrees.keys()], inParts);
  const left = MAX_CONFIG_SHARES - Math.min(near.length, MAX_CONFIG_SHARES);
  const readings = readAll(near.slice(0, MAX_CONFIG_SHARES), others.slice(0, left), look);
  const missing = readings.flatMap((reading) => reading.missing);
  return {
    paths: readings.flatMap(({ paths }) => paths),
    gaps: [
      ...readings.flatMap(({ gaps }) => gaps),
      ...gapOfUnasked([...near, ...others].slice(MAX_CONFIG_SHARES), kept),
      ...gapOfUnknown(missing.slice(MAX_MISSING_PROGRAMS)),
    ],
    missing: missing.slice(0, MAX_MISSING_PROGRAMS),
    links: look.links,
  };
}

interface RepositoriesByPlace {
  /** Those of or around what may be written: a command can make others below it, and hardly any here. */
  readonly near: readonly ConfiguredRepository[];
  readonly others: readonly ConfiguredRepository[];
}

function nearestFirst(
  worktrees: ReadonlyMap<string, Iterable<string>>,
  kept: readonly string[],
): RepositoriesByPlace {
  const holders = withHolders(kept);
  const repositories = [...worktrees].map(([directory, seen]) => ({ directory, worktrees: [...seen] }));
  const isNear = (repository: ConfiguredRepository): boolean =>
    [repository.directory, ...repository.worktrees].some((path) => holders.has(path));
  return {
    near: repositories.filter(isNear),
    others: repositories.filter((repository) => !isNear(repository)),
  };
}

/** Those that are near have half of all for themselves, and what they leave goes to the others. */
function readAll(
  near: readonly ConfiguredRepository[],
  others: readonly ConfiguredRepository[],
  look: ConfigLook,
): readonly ConfigReading[] {
  const pool = new ConfigPool();
  const readings = [
    ...readInTurn(near, look, pool, others.length === 0 ? NOTHING : halfOf(ALL_OF_IT)),
    ...readInTurn(others, look, pool, NOTHING),
  ];
  let short = readings.filter(({ budget }) => budget.isShort).length;
  return readings.map((reading) => {
    if (!reading.budget.isShort) return reading;
    const again = readWithMore(reading, look, pool, short);
    short -= 1;
    return again;
  });
}

function readInTurn(
  repositories: readonly ConfiguredRepository[],
  look: ConfigLook,
  pool: ConfigPool,
  reserved: ConfigShare,
): readonly ConfigReading[] {
  return repositories.map((repository, at) => {
    const share = pool.shareFor(repositories.length - at, reserved);
    return read(repository, look, pool, share);
  });
}

/** Begins anew with what all others have left, where that is enough to come at least as far. */
function readWithMore(
  first: ConfigReading,
  look: ConfigLook,
  pool: ConfigPool,
  waiting: number,
): ConfigReading {
  pool.refund(first.spentOnOutcome);
  const share = pool.shareFor(waiting, NOTHING);
  if (covers(share, first.budget.share)) return read(first.repository, look, pool, share);
  pool.pay(first.spentOnOutcome);
  return first;
}

function read(
  repository: ConfiguredRepository,
  look: ConfigLook,
  pool: ConfigPool,
  share: ConfigShare,
): ConfigReading {
  const reading = new ConfigReading(repository, look, share);
  reading.run();
  pool.pay(reading.budget.spent);
  return reading;
}

function gapOfUnasked(
  [first, ...more]: readonly ConfiguredRepository[],
  kept: readonly string[],
): readonly ConfigGap[] {
  if (first === undefined) return [];
  return kept.slice(0, 1).map((path) => ({
    path,
    text: `what the git configs of ${more.length + 1} repositories name can be written, such as that of ${first.directory}, since they come after ${MAX_CONFIG_SHARES} others; allow fewer repositories to be written`,
  }));
}

function gapOfUnknown([first, ...more]: readonly MissingProgram[]): readonly ConfigGap[] {
  if (first === undefined) return [];
  const { path, repository } = first;
  return [
    {
      path,
      text: `${more.length + 1} programs that git configs name and that are none now are not looked for when the command has ended, such as ${path} of ${repository}, since they come after ${MAX_MISSING_PROGRAMS} others; let configs name fewer`,
    },
  ];
}
