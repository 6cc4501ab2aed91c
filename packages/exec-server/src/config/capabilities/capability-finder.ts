import type { InstalledCapabilities, RootCapabilities } from '@holdfast/exec-protocol';
import { type NativePath, toPathUri } from '../../fs/native-path.js';
import type { CodexPlaces } from '../../host.js';
import type { RootContents } from './root-discovery.js';
import { wireFile, wireFileOrNull, wirePluginFiles } from './wire-files.js';

/** Plugins and skills of the executor. */
export interface CapabilityFinder {
  /** What lies below a directory; one that cannot be looked through says so. */
  below(root: CapabilityRoot): Promise<RootCapabilities>;
  /** What the Codex CLI has installed here. */
  installed(): Promise<InstalledCapabilities>;
}

/** A directory that a client asks about. */
export interface CapabilityRoot {
  /** The client's own name for it. */
  readonly id: string;
  readonly path: NativePath;
}

/**
 * Looks for plugins and skills on this machine, anew at each request. What reads their files is loaded at the first one: most
 * servers are never asked, and it costs 10 MB.
 */
export function createCapabilityFinder(places: CodexPlaces): CapabilityFinder {
  return {
    async below({ id, path }) {
      const { discoverRoot } = await import('./root-discovery.js');
      return { id, path: toPathUri(path), ...wireContents(await discoverRoot(path)) };
    },
    async installed() {
      const { discoverInstalled } = await import('./installed-discovery.js');
      return await discoverInstalled(places);
    },
  };
}

function wireContents({
  plugin,
  skills,
  namespaceManifests,
  warnings,
  error,
}: RootContents): Omit<RootCapabilities, 'id' | 'path'> {
  return {
    plugin: plugin === undefined ? null : wirePluginFiles(plugin),
    skills: skills.map(({ instructions, metadata }) => ({
      instructions: wireFile(instructions),
      metadata: wireFileOrNull(metadata),
    })),
    namespaceManifests: namespaceManifests.map(wireFile),
    warnings: [...warnings],
    error: error ?? null,
  };
}
