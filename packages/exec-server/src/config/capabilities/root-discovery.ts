import {
  CAPABILITY_SCAN_DEPTH,
  CAPABILITY_SCAN_DIRECTORIES,
  CAPABILITY_SCAN_ENTRIES,
  ExecError,
} from '@holdfast/exec-protocol';
import { getMetadata } from '../../fs/metadata.js';
import { joinPath, type NativePath, parentOf, toPathUri } from '../../fs/native-path.js';
import { walk } from '../../fs/tree/walk.js';
import { type ByteBudget, type CapabilityFile, CapabilityReader } from './capability-reader.js';
import {
  manifestRank,
  type PluginFiles,
  pluginOf,
  readManifest,
  readPluginFiles,
} from './plugin-manifest.js';

/** The files of one skill. */
export interface SkillFiles {
  readonly instructions: CapabilityFile;
  readonly metadata: CapabilityFile | undefined;
}

/** What lies below one directory. */
export interface RootContents {
  /** Undefined where the directory is no plugin itself. */
  readonly plugin: PluginFiles | undefined;
  /** By path. */
  readonly skills: readonly SkillFiles[];
  /** One for each plugin that a skill can belong to, the plugin that the directory is or lies in first. */
  readonly namespaceManifests: readonly CapabilityFile[];
  readonly warnings: readonly string[];
  /** Why nothing could be looked for. */
  readonly error: string | undefined;
}

const SKILL_FILE = '/SKILL.md';
const METADATA_FILE = Buffer.from('agents/openai.yaml');

/**
 * Reads the plugins and skills below a directory. Failures are part of what is found.
 * @param total What may be read below several directories together; default without such a bound.
 */
export async function discoverRoot(root: NativePath, total?: ByteBudget): Promise<RootContents> {
  const reader = new CapabilityReader(total);
  try {
    const { isDirectory } = await getMetadata(root, { followSymlinks: true });
    if (!isDirectory) return nothing(`${toPathUri(root)} is not a directory`);
    const files = await filesBelow(root, reader);
    const own = await readManifest(root, reader);
    const outer = own ?? (await nearestAbove(root, reader));
    const inner = await readNamespaces(files, outer, reader);
    return {
      plugin: own === undefined ? undefined : await readPluginFiles(root, own, reader),
      skills: await readSkills(files, reader),
      namespaceManifests: outer === undefined ? inner : [outer, ...inner],
      warnings: reader.warnings,
      error: undefined,
    };
  } catch (error) {
    if (error instanceof ExecError) return nothing(error.message);
    throw error;
  }
}

function nothing(error: string): RootContents {
  return { plugin: undefined, skills: [], namespaceManifests: [], warnings: [], error };
}

async function filesBelow(root: NativePath, reader: CapabilityReader): Promise<readonly NativePath[]> {
  const found = await walk(root, {
    maxDepth: CAPABILITY_SCAN_DEPTH,
    maxDirectories: CAPABILITY_SCAN_DIRECTORIES,
    maxEntries: CAPABILITY_SCAN_ENTRIES,
    followDirectorySymlinks: true,
    pruneHiddenDirectories: false,
  });
  for (const { uri, message } of found.errors) reader.warn(`${uri} is left out: ${message}`);
  if (found.truncated) reader.warn(`${toPathUri(root)} has more below it than is looked at`);
  return found.entries.flatMap(({ kind, path }) => (kind === 'file' ? [path] : []));
}

async function nearestAbove(root: NativePath, reader: CapabilityReader): Promise<CapabilityFile | undefined> {
  for (let directory = parentOf(root); directory !== undefined; directory = parentOf(directory)) {
    const manifest = await readManifest(directory, reader);
    if (manifest !== undefined) return manifest;
  }
  return undefined;
}

/** The manifests of further plugins among the files: of each plugin its first one. */
async function readNamespaces(
  files: readonly NativePath[],
  outer: CapabilityFile | undefined,
  reader: CapabilityReader,
): Promise<readonly CapabilityFile[]> {
  const candidates = files
    .flatMap((path) => {
      const rank = manifestRank(path);
      return rank === undefined ? [] : [{ path, rank, plugin: toPathUri(pluginOf(path)) }];
    })
    .sort((one, other) => compare(one.plugin, other.plugin) || one.rank - other.rank);
  const seen = new Set<string>(outer === undefined ? [] : [toPathUri(pluginOf(outer.path))]);
  const manifests: CapabilityFile[] = [];
  for (const { path, plugin } of candidates) {
    if (seen.has(plugin)) continue;
    seen.add(plugin);
    const manifest = await reader.read(path);
    if (manifest !== undefined) manifests.push(manifest);
  }
  return manifests;
}

async function readSkills(
  files: readonly NativePath[],
  reader: CapabilityReader,
): Promise<readonly SkillFiles[]> {
  const paths = files
    .filter((path) => path.subarray(-SKILL_FILE.length).equals(Buffer.from(SKILL_FILE)))
    .map((path) => ({ path, uri: toPathUri(path) }))
    .sort((one, other) => compare(one.uri, other.uri));
  const skills: SkillFiles[] = [];
  for (const { path } of paths) {
    const instructions = await reader.read(path);
    if (instructions === undefined) continue;
    const metadata = await reader.read(joinPath(parentOf(path) ?? path, METADATA_FILE));
    skills.push({ instructions, metadata });
  }
  return skills;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
