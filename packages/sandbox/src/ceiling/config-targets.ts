import type { FileFacts } from '../files/file-facts.js';
import { MAX_CONFIG_SHARES } from '../limits.js';
import { shareForEach } from './config-budget.js';
import { ConfigLook } from './config-look.js';
import {
  type ConfigGap,
  ConfigReading,
  type ConfigTargets,
  type ConfiguredRepository,
} from './config-reading.js';

/**
 * Hooks, included configs and programs that the configs of repositories name by their paths, hooks before programs. How many
 * of them are found is bounded, in equal shares; the rest is a gap.
 * @param worktrees Where the files of each repository are checked out, as far as that is seen from there, by its directory.
 * @param kept Directories that must not become read-only as a whole, whatever a config says.
 */
export function namedByConfigs(
  worktrees: ReadonlyMap<string, Iterable<string>>,
  kept: readonly string[],
  files: FileFacts,
): ConfigTargets {
  const repositories = [...worktrees].map(([directory, seen]) => ({ directory, worktrees: [...seen] }));
  const share = shareForEach(repositories.length);
  const look = new ConfigLook(files, kept, [...worktrees.keys()]);
  const readings = repositories.slice(0, MAX_CONFIG_SHARES).map((repository) => {
    const reading = new ConfigReading(repository, look, share);
    reading.run();
    return reading;
  });
  return {
    paths: readings.flatMap(({ paths }) => paths),
    gaps: [
      ...readings.flatMap(({ gaps }) => gaps),
      ...gapOfUnasked(repositories.slice(MAX_CONFIG_SHARES), kept),
    ],
  };
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
