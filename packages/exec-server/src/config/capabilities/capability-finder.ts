import {
  type InstalledCapabilities,
  MAX_CAPABILITY_ANSWER_BYTES,
  type RootCapabilities,
} from '@holdfast/exec-protocol';
import { type NativePath, toPathUri } from '../../fs/native-path.js';
import type { CodexPlaces } from '../../host.js';
import type { ByteBudget } from './capability-reader.js';
import { discoverInstalled } from './installed-discovery.js';
import { discoverRoot, type RootContents } from './root-discovery.js';
import { wireFile, wireFileOrNull, wirePluginFiles } from './wire-files.js';

/** Plugins and skills of the executor. */
export interface CapabilityFinder {
  /** What lies below each directory; one that cannot be looked through says so and spoils no other. */
  below(roots: readonly CapabilityRoot[]): Promise<RootCapabilities[]>;
  /** What the Codex CLI has installed here. */
  installed(): Promise<InstalledCapabilities>;
}

/** A directory that a client asks about. */
export interface CapabilityRoot {
  /** The client's own name for it. */
  readonly id: string;
  readonly path: NativePath;
}

/** Looks for plugins and skills on this machine, anew at each request. */
export function createCapabilityFinder(places: CodexPlaces): CapabilityFinder {
  return {
    async below(roots) {
      const total: ByteBudget = { left: MAX_CAPABILITY_ANSWER_BYTES };
      const found: RootCapabilities[] = [];
      for (const { id, path } of roots) {
        found.push({ id, path: toPathUri(path), ...wireContents(await discoverRoot(path, total)) });
      }
      return found;
    },
    installed: () => discoverInstalled(places),
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
