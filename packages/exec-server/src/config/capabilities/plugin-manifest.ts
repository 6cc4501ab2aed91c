import { joinPath, type NativePath, namesOf, parentOf, toPathUri } from '../../fs/native-path.js';
import type { CapabilityFile, CapabilityReader } from './capability-reader.js';

const FILE_NAME = Buffer.from('plugin.json');
const DIRECTORY_NAMES = ['.codex-plugin', '.claude-plugin', '.cursor-plugin'].map((name) =>
  Buffer.from(name),
);

/** The files of a plugin that are not about skills. */
export interface PluginFiles {
  readonly manifest: CapabilityFile;
  readonly mcpConfig: CapabilityFile | undefined;
  readonly appsConfig: CapabilityFile | undefined;
}

/** The manifest of a plugin in this very directory; of several kinds the first one that can be read. */
export async function readManifest(
  directory: NativePath,
  reader: CapabilityReader,
): Promise<CapabilityFile | undefined> {
  for (const name of DIRECTORY_NAMES) {
    const manifest = await reader.read(joinPath(joinPath(directory, name), FILE_NAME));
    if (manifest !== undefined) return manifest;
  }
  return undefined;
}

/** How early a file is looked at among the manifests of its plugin; undefined when it is no manifest. */
export function manifestRank(path: NativePath): number | undefined {
  const [directory, file] = namesOf(path).slice(-2);
  if (file?.equals(FILE_NAME) !== true || directory === undefined) return undefined;
  const rank = DIRECTORY_NAMES.findIndex((name) => name.equals(directory));
  return rank < 0 ? undefined : rank;
}

/** The directory of the plugin that a manifest is of. */
export function pluginOf(manifest: NativePath): NativePath {
  return parentOf(parentOf(manifest) ?? manifest) ?? manifest;
}

/** Reads what a manifest declares in files of their own. */
export async function readPluginFiles(
  root: NativePath,
  manifest: CapabilityFile,
  reader: CapabilityReader,
): Promise<PluginFiles> {
  const { mcpServers, apps } = declarationsIn(manifest.contents);
  const declared = (field: string, value: unknown, usual: string): NativePath =>
    declaredPath(root, manifest, field, value, reader) ?? joinPath(root, Buffer.from(usual));
  const isInline = typeof mcpServers === 'object' && mcpServers !== null && !Array.isArray(mcpServers);
  return {
    manifest,
    mcpConfig: isInline ? undefined : await reader.read(declared('mcpServers', mcpServers, '.mcp.json')),
    appsConfig: await reader.read(declared('apps', apps, '.app.json')),
  };
}

function declarationsIn(text: string): { readonly mcpServers?: unknown; readonly apps?: unknown } {
  try {
    const manifest = JSON.parse(text) as unknown;
    return typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest) ? manifest : {};
  } catch {
    // What a broken manifest means is for the client to say; the usual files are found without it.
    return {};
  }
}

function declaredPath(
  root: NativePath,
  manifest: CapabilityFile,
  field: string,
  value: unknown,
  reader: CapabilityReader,
): NativePath | undefined {
  if (typeof value !== 'string') return undefined;
  const names = value.slice('./'.length).split(/[/\\]/);
  const staysBelow = !names.includes('..') && names[0] !== '' && !value.includes('\0');
  if (value.startsWith('./') && staysBelow) return joinPath(root, Buffer.from(value.slice('./'.length)));
  reader.warn(
    `${field} of ${toPathUri(manifest.path)} is passed over: it must begin with ./ and stay below the plugin`,
  );
  return undefined;
}
