import { ExecError, type InstalledCapabilities, MAX_CAPABILITY_ANSWER_BYTES } from '@holdfast/exec-protocol';
import { getMetadata } from '../../fs/metadata.js';
import type { NativePath } from '../../fs/native-path.js';
import type { CodexPlaces } from '../../host.js';
import type { ByteBudget } from './capability-reader.js';
import { findInstalledPlugins } from './installed-plugins.js';
import { Inventory, type SkillRoot } from './inventory.js';
import { discoverRoot } from './root-discovery.js';

/** Lists what the Codex CLI has installed for the user of this executor. Read anew each time. */
export async function discoverInstalled(places: CodexPlaces): Promise<InstalledCapabilities> {
  const inventory = new Inventory();
  const total: ByteBudget = { left: MAX_CAPABILITY_ANSWER_BYTES };
  if (places.codexHome !== undefined) {
    const cache = Buffer.from(`${places.codexHome}/plugins/cache`);
    for (const plugin of await findInstalledPlugins(cache, inventory.warn)) {
      await inventory.addPlugin(plugin, await discoverRoot(plugin.root, total));
    }
  }
  for (const root of skillRootsOf(places)) {
    if (await isDirectory(root.path)) await inventory.addSkills(root, await discoverRoot(root.path, total));
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

async function isDirectory(path: NativePath): Promise<boolean> {
  try {
    return (await getMetadata(path, { followSymlinks: true })).isDirectory;
  } catch (error) {
    if (error instanceof ExecError) return false;
    throw error;
  }
}
