import { stat } from 'node:fs/promises';
import {
  ExecError,
  type environmentConfigRead,
  formatPathUri,
  MAX_CONFIG_FILE_BYTES,
  type ParamsOf,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { readFile } from '../fs/file-content.js';
import type { NativePath } from '../fs/native-path.js';
import type { CodexPlaces } from '../host.js';
import { ParsedConfigs } from './parsed-configs.js';

/** Files of which parts are answered, at most. */
export const CONFIG_FILES = 4;

/** Reads the whole of a regular file, following links, as whoever asks may. @throws ExecError `fileNotFound`, or why it cannot. */
export type ReadConfined = (path: NativePath, limitBytes: number) => Promise<Uint8Array>;

/** Answers parts of the executor's configuration. */
export interface ExecutorConfig {
  /**
   * @param readConfined Reads the files where something confines who asks; by default they are read as this program may.
   * @throws ExecError `configUnreadable`, naming the file and the place in it, and quoting nothing of it; `outcomeUnknown` as
   *   `readConfined`.
   */
  read(
    params: ParamsOf<typeof environmentConfigRead>,
    readConfined?: ReadConfined,
  ): Promise<ResultOf<typeof environmentConfigRead>>;
}

/** The configuration files that the Codex CLI would read here, without those of a project. Read anew at each request, and parsed when they have changed. */
export function createExecutorConfig({
  userHome,
  codexHome,
  systemDirectory,
  hostname,
}: CodexPlaces): ExecutorConfig {
  const parsed = new ParsedConfigs();
  return {
    async read({ configPaths, requirementsPaths }, readConfined) {
      const ofSystem = (
        title: string | undefined,
        name: string,
        paths: typeof configPaths,
      ): Promise<Layer[]> =>
        layerOf(parsed, { title, directory: systemDirectory, name, mayBeHidden: false, readConfined }, paths);
      const system = await ofSystem('system', 'config.toml', configPaths);
      const user =
        codexHome === undefined
          ? []
          : await layerOf(
              parsed,
              { title: 'user', directory: codexHome, name: 'config.toml', mayBeHidden: true, readConfined },
              configPaths,
            );
      const managed = await ofSystem('legacy managed_config.toml', 'managed_config.toml', configPaths);
      const required = await ofSystem(undefined, 'requirements.toml', requirementsPaths);
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

interface ConfigFile {
  readonly title: string | undefined;
  readonly directory: string;
  readonly name: string;
  /** Whether it counts as missing where it is and who asks is not shown it: nothing that an administrator has set does. */
  readonly mayBeHidden: boolean;
  readonly readConfined: ReadConfined | undefined;
}

/** What a file has of what is wanted: one layer, or none. */
async function layerOf(
  parsed: ParsedConfigs,
  file: ConfigFile,
  paths: readonly (readonly string[])[],
): Promise<Layer[]> {
  const { title, directory, name } = file;
  const path = `${directory}/${name}`;
  try {
    const text = paths.length === 0 ? undefined : await textOf(path, file);
    const toml = text === undefined ? undefined : await parsed.select(path, text, paths);
    if (toml === undefined) return [];
    if (toml.length > MAX_CONFIG_FILE_BYTES) throw new Error(tooLong(toml));
    const source = title === undefined ? path : `${title} (${path})`;
    return [{ source, baseDir: formatPathUri(directory, 'posix'), toml }];
  } catch (error) {
    if (error instanceof ExecError && error.kind === 'outcomeUnknown') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExecError('configUnreadable', `${path} cannot be read: ${reason}`, { cause: error });
  }
}

// Names that are written once in a file may stand before each of the tables below them here.
function tooLong({ length }: string): string {
  return `what is asked for has ${String(length)} characters as TOML, and ${String(MAX_CONFIG_FILE_BYTES)} are answered at most`;
}

async function textOf(path: string, { readConfined, mayBeHidden }: ConfigFile): Promise<string | undefined> {
  const read = readConfined ?? readHere;
  try {
    return Buffer.from(await read(Buffer.from(path), MAX_CONFIG_FILE_BYTES)).toString();
  } catch (error) {
    if (!(error instanceof ExecError) || error.kind !== 'fileNotFound') throw error;
    if (readConfined === undefined || mayBeHidden || !(await isThere(path))) return undefined;
    throw new ExecError('fileAccessDenied', 'it is there, and is not shown to who asks', { cause: error });
  }
}

function readHere(path: NativePath, limitBytes: number): Promise<Uint8Array> {
  return readFile(path, { followSymlinks: true }, limitBytes);
}

async function isThere(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined;
}

function uriOf(path: string | undefined): string | null {
  return path === undefined ? null : formatPathUri(path, 'posix');
}
