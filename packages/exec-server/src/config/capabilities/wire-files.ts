import type { RootCapabilities } from '@holdfast/exec-protocol';
import { toPathUri } from '../../fs/native-path.js';
import type { CapabilityFile } from './capability-reader.js';
import type { PluginFiles } from './plugin-manifest.js';

type WireFile = RootCapabilities['namespaceManifests'][number];
type WirePlugin = NonNullable<RootCapabilities['plugin']>;

/** A file as it travels. */
export function wireFile({ path, contents }: CapabilityFile): WireFile {
  return { path: toPathUri(path), contents };
}

/** The same; null for none. */
export function wireFileOrNull(file: CapabilityFile | undefined): WireFile | null {
  return file === undefined ? null : wireFile(file);
}

/** The files of a plugin as they travel. */
export function wirePluginFiles({ manifest, mcpConfig, appsConfig }: PluginFiles): WirePlugin {
  return {
    manifest: wireFile(manifest),
    mcpConfig: wireFileOrNull(mcpConfig),
    appsConfig: wireFileOrNull(appsConfig),
  };
}
