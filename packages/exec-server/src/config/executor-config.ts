import {
  ExecError,
  type environmentConfigRead,
  formatPathUri,
  MAX_CONFIG_FILE_BYTES,
  type ParamsOf,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { readFile } from '../fs/file-content.js';
import type { CodexPlaces } from '../host.js';
import { selectToml } from './toml-selection.js';

/** Files of which parts are answered, at most. */
export const CONFIG_FILES = 4;

/** Answers parts of the executor's configuration. */
export interface ExecutorConfig {
  /** @throws ExecError `configUnreadable`, naming the file and the place in it. */
  read(params: ParamsOf<typeof environmentConfigRead>): Promise<ResultOf<typeof environmentConfigRead>>;
}

/** The configuration files that the Codex CLI would read here, without those of a project. Read anew at each request. */
export function createExecutorConfig({
  userHome,
  codexHome,
  systemDirectory,
  hostname,
}: CodexPlaces): ExecutorConfig {
  return {
    async read({ configPaths, requirementsPaths }) {
      const system = await layerOf('system', systemDirectory, 'config.toml', configPaths);
      const user =
        codexHome === undefined ? [] : await layerOf('user', codexHome, 'config.toml', configPaths);
      const managed = await layerOf(
        'legacy managed_config.toml',
        systemDirectory,
        'managed_config.toml',
        configPaths,
      );
      const required = await layerOf(undefined, systemDirectory, 'requirements.toml', requirementsPaths);
      return {
        userHomeDir: uriOf(userHome),
        codexHomeDir: uriOf(codexHome),
        hostname,
        config: { layers: [...system, ...user, ...managed], cloudInsertionIndex: system.length },
        requirements: { layers: required, cloudInsertionIndex: required.length },
      };
    },
  };
}

type Layer = ResultOf<typeof environmentConfigRead>['config']['layers'][number];

/** What a file has of what is wanted: one layer, or none. */
async function layerOf(
  title: string | undefined,
  directory: string,
  name: string,
  paths: readonly (readonly string[])[],
): Promise<Layer[]> {
  const path = `${directory}/${name}`;
  try {
    const text = paths.length === 0 ? undefined : await textOf(path);
    const toml = text === undefined ? undefined : selectToml(text, paths);
    if (toml === undefined) return [];
    if (toml.length > MAX_CONFIG_FILE_BYTES) throw new Error(tooLong(toml));
    const source = title === undefined ? path : `${title} (${path})`;
    return [{ source, baseDir: formatPathUri(directory, 'posix'), toml }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExecError('configUnreadable', `${path} cannot be read: ${reason}`, { cause: error });
  }
}

// Names that are written once in a file may stand before each of the tables below them here.
function tooLong({ length }: string): string {
  return `what is asked for has ${String(length)} characters as TOML, and ${String(MAX_CONFIG_FILE_BYTES)} are answered at most`;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(Buffer.from(path), { followSymlinks: true }, MAX_CONFIG_FILE_BYTES);
    return Buffer.from(bytes).toString();
  } catch (error) {
    if (error instanceof ExecError && error.kind === 'fileNotFound') return undefined;
    throw error;
  }
}

function uriOf(path: string | undefined): string | null {
  return path === undefined ? null : formatPathUri(path, 'posix');
}
