import { readdir } from 'node:fs/promises';
import { ExecError, MAX_INSTALLED_PLUGINS } from '@holdfast/exec-protocol';
import { compareBuild, parse, type SemVer } from 'semver';
import * as z from 'zod';
import { readFile } from '../../fs/file-content.js';
import { about } from '../../fs/file-error.js';
import { joinPath, type NativePath, toPathUri } from '../../fs/native-path.js';
import { readDirectory } from '../../fs/tree/directory.js';

/** A plugin in the cache of the Codex CLI: the version of it that counts. */
export interface InstalledPlugin {
  /** `NAME@MARKETPLACE`. */
  readonly id: string;
  readonly version: string;
  readonly root: NativePath;
  /** What it is called at the place that it was fetched from. */
  readonly remotePluginId: string | null;
}

const MARKETPLACE = /^[\w-]+$/;
const PLUGIN = /^[\w-][\w.-]*$/;
const VERSION = /^(?!\.{1,2}$)[\w.+-]+$/;

const INSTALL_FILE = Buffer.from('.codex-remote-plugin-install.json');
const MAX_INSTALL_FILE_BYTES = 16 * 1024;
const MAX_REMOTE_ID_LENGTH = 1024;

const installFile = z.object({
  schema_version: z.literal(1),
  remote_plugin_id: z.string().trim().min(1).max(MAX_REMOTE_ID_LENGTH),
});

type Warn = (text: string) => void;

/**
 * Looks through `MARKETPLACE/PLUGIN/VERSION` below a directory, which need not exist.
 * @param warn Told what is left out, and why.
 */
export async function findInstalledPlugins(
  cache: NativePath,
  warn: Warn,
): Promise<readonly InstalledPlugin[]> {
  const plugins: InstalledPlugin[] = [];
  for (const { id, directory } of await packagesIn(cache, warn)) {
    const version = activeVersion(await versionsIn(directory, warn));
    if (version === undefined) continue;
    if (plugins.length === MAX_INSTALLED_PLUGINS) {
      warn(
        `${toPathUri(cache)} has more than ${String(MAX_INSTALLED_PLUGINS)} plugins; the rest is left out`,
      );
      break;
    }
    const root = joinPath(directory, Buffer.from(version));
    plugins.push({ id, version, root, remotePluginId: await remoteIdIn(directory, warn) });
  }
  return plugins;
}

interface Package {
  readonly id: string;
  readonly directory: NativePath;
}

async function packagesIn(cache: NativePath, warn: Warn): Promise<readonly Package[]> {
  const packages: Package[] = [];
  for (const marketplace of await directoriesIn(cache, MARKETPLACE, warn)) {
    const shelf = joinPath(cache, Buffer.from(marketplace));
    for (const name of await directoriesIn(shelf, PLUGIN, warn)) {
      packages.push({ id: `${name}@${marketplace}`, directory: joinPath(shelf, Buffer.from(name)) });
    }
  }
  return packages.sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Names of directories and of links to directories. */
async function directoriesIn(path: NativePath, pattern: RegExp, warn: Warn): Promise<readonly string[]> {
  const entries = await orNone(path, warn, () => readDirectory(path));
  return entries.flatMap(({ name, isDirectory }) =>
    isDirectory && pattern.test(name.toString()) ? [name.toString()] : [],
  );
}

/** Versions are directories themselves: a link to one does not count. */
async function versionsIn(path: NativePath, warn: Warn): Promise<readonly string[]> {
  const entries = await orNone(path, warn, () => about(path, () => readdir(path, { withFileTypes: true })));
  return entries.flatMap((entry) => (entry.isDirectory() && VERSION.test(entry.name) ? [entry.name] : []));
}

/** What is in a directory; nothing, with a warning, of one that is there and cannot be read. */
async function orNone<T>(
  path: NativePath,
  warn: Warn,
  list: () => Promise<readonly T[]>,
): Promise<readonly T[]> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof ExecError)) throw error;
    if (error.kind !== 'fileNotFound') warn(`${toPathUri(path)} is left out: ${error.message}`);
    return [];
  }
}

/** `local` if there is one, else the newest; what is no version is ordered as text. */
function activeVersion(versions: readonly string[]): string | undefined {
  return versions.includes('local') ? 'local' : [...versions].sort(compareVersions).at(-1);
}

function compareVersions(one: string, other: string): number {
  const [first, second] = [versionOf(one), versionOf(other)];
  if (first !== null && second !== null) return compareBuild(first, second);
  return one < other ? -1 : 1;
}

/** A "v" in front makes a name of it, as for the Codex CLI. */
function versionOf(text: string): SemVer | null {
  return /^\d/.test(text) ? parse(text) : null;
}

async function remoteIdIn(directory: NativePath, warn: Warn): Promise<string | null> {
  const path = joinPath(directory, INSTALL_FILE);
  try {
    const bytes = await readFile(
      path,
      { followSymlinks: true, refusesKernelFiles: true },
      MAX_INSTALL_FILE_BYTES,
    );
    return installFile.parse(JSON.parse(Buffer.from(bytes).toString())).remote_plugin_id;
  } catch (error) {
    const isAbsent = error instanceof ExecError && error.kind === 'fileNotFound';
    const reason = error instanceof ExecError ? error.message : 'it does not say where a plugin is from';
    if (!isAbsent) warn(`${toPathUri(path)} is left out: ${reason}`);
    return null;
  }
}
