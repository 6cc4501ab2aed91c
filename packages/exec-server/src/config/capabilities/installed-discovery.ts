import { ExecError, type InstalledCapabilities, MAX_CAPABILITY_ANSWER_BYTES } from '@holdfast/exec-protocol';
import { getMetadata } from '../../fs/metadata.js';
import { type NativePath, toPathUri } from '../../fs/native-path.js';
import type { CodexPlaces } from '../../host.js';
import type { ByteBudget } from './capability-reader.js';
import { findInstalledPlugins, type PluginCache } from './installed-plugins.js';
import { Inventory, type SkillRoot } from './inventory.js';
import { discoverRoot } from './root-discovery.js';

/** Lists what the Codex CLI has installed for the user of this executor. Read anew each time. */
export async function discoverInstalled(places: CodexPlaces): Promise<InstalledCapabilities> {
  const inventory = new Inventory();
  const total: ByteBudget = { left: MAX_CAPABILITY_ANSWER_BYTES };
  if (places.codexHome !== undefined) {
    const cache = Buffer.from(`${places.codexHome}/plugins/cache`);
    const { plugins, isComplete } = await pluginsIn(cache);
    if (!isComplete) inventory.warn(`not all of ${toPathUri(cache)} could be looked at`);
    for (const plugin of plugins) inventory.addPlugin(plugin, await discoverRoot(plugin.root, total));
  }
  for (const root of skillRootsOf(places)) {
    if (await isDirectory(root.path)) inventory.addSkills(root, await discoverRoot(root.path, total));
  }
  return inventory.result;
}

function skillRootsOf({ codexHome, userHome, systemDirectory }: CodexPlaces): readonly SkillRoot[] {
  const roots = [
    { id: 'codex-home-skills' as const, path: codexHome && `${codexHome}/skills` },
    { id: 'user-agent-skills' as const, path: userHome && `${userHome}/.agents/skills` },
    { id: 'system-skills' as const, path: `${systemDirectory}/skills` },
  ];
  return roots.flatMap(({ id, path }) => (path === undefined ? [] : [{ id, path: Buffer.from(path) }]));
}

async function pluginsIn(cache: NativePath): Promise<PluginCache> {
  try {
    return await findInstalledPlugins(cache);
  } catch (error) {
    if (error instanceof ExecError) return { plugins: [], isComplete: false };
    throw error;
  }
}

async function isDirectory(path: NativePath): Promise<boolean> {
  try {
    return (await getMetadata(path, { followSymlinks: true })).isDirectory;
  } catch (error) {
    if (error instanceof ExecError) return false;
    throw error;
  }
}
