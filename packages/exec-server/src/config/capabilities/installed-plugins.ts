import { readdir } from 'node:fs/promises';
import { ExecError, MAX_INSTALLED_PLUGINS } from '@holdfast/exec-protocol';
import { compareBuild, parse } from 'semver';
import * as z from 'zod';
import { readDirectory } from '../../fs/directory.js';
import { readFile } from '../../fs/file-content.js';
import { errnoOf } from '../../fs/file-error.js';
import { joinPath, type NativePath } from '../../fs/native-path.js';

/** A plugin in the cache of the Codex CLI: the version of it that counts. */
export interface InstalledPlugin {
  /** `NAME@MARKETPLACE`. */
  readonly id: string;
  readonly version: string;
  readonly root: NativePath;
  /** What it is called at the place that it was fetched from. */
  readonly remotePluginId: string | null;
}

/** What is installed, and whether all of it could be looked at. */
export interface PluginCache {
  readonly plugins: readonly InstalledPlugin[];
  readonly isComplete: boolean;
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

/** Looks through `MARKETPLACE/PLUGIN/VERSION` below a directory, which need not exist. */
export async function findInstalledPlugins(cache: NativePath): Promise<PluginCache> {
  const plugins: InstalledPlugin[] = [];
  let isComplete = true;
  for (const { id, directory } of await packagesIn(cache)) {
    const version = activeVersion(await versionsIn(directory));
    if (version === undefined) continue;
    if (plugins.length === MAX_INSTALLED_PLUGINS) return { plugins, isComplete: false };
    const remote = await remoteIdIn(directory);
    isComplete &&= remote !== 'unreadable';
    const root = joinPath(directory, Buffer.from(version));
    plugins.push({
      id,
      version,
      root,
      remotePluginId: remote === 'unreadable' ? null : (remote?.id ?? null),
    });
  }
  return { plugins, isComplete };
}

interface Package {
  readonly id: string;
  readonly directory: NativePath;
}

async function packagesIn(cache: NativePath): Promise<readonly Package[]> {
  const packages: Package[] = [];
  for (const marketplace of await directoriesIn(cache, MARKETPLACE)) {
    const shelf = joinPath(cache, Buffer.from(marketplace));
    for (const name of await directoriesIn(shelf, PLUGIN)) {
      packages.push({ id: `${name}@${marketplace}`, directory: joinPath(shelf, Buffer.from(name)) });
    }
  }
  return packages.sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Names of directories and of links to directories. */
async function directoriesIn(path: NativePath, pattern: RegExp): Promise<readonly string[]> {
  try {
    return (await readDirectory(path)).flatMap(({ name, isDirectory }) =>
      isDirectory && pattern.test(name.toString()) ? [name.toString()] : [],
    );
  } catch (error) {
    if (error instanceof ExecError && error.kind === 'fileNotFound') return [];
    throw error;
  }
}

/** Versions are directories themselves: a link to one does not count. */
async function versionsIn(path: NativePath): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() && VERSION.test(entry.name) ? [entry.name] : []));
  } catch (error) {
    if (errnoOf(error) !== undefined) return [];
    throw error;
  }
}

/** `local` if there is one, else the newest; what is no version is ordered as text. */
function activeVersion(versions: readonly string[]): string | undefined {
  return versions.includes('local') ? 'local' : [...versions].sort(compareVersions).at(-1);
}

function compareVersions(one: string, other: string): number {
  const [first, second] = [parse(one), parse(other)];
  if (first !== null && second !== null) return compareBuild(first, second);
  return one < other ? -1 : 1;
}

async function remoteIdIn(
  directory: NativePath,
): Promise<{ readonly id: string } | 'unreadable' | undefined> {
  try {
    const bytes = await readFile(
      joinPath(directory, INSTALL_FILE),
      { followSymlinks: true },
      MAX_INSTALL_FILE_BYTES,
    );
    return { id: installFile.parse(JSON.parse(Buffer.from(bytes).toString())).remote_plugin_id };
  } catch (error) {
    return error instanceof ExecError && error.kind === 'fileNotFound' ? undefined : 'unreadable';
  }
}
