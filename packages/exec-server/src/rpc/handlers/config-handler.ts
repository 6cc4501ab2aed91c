import {
  ExecError,
  type environmentConfigRead,
  MAX_CONFIG_FILE_BYTES,
  type ParamsOf,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { CONFIG_FILES, type ExecutorConfig, type ReadConfined } from '../../config/executor-config.js';
import type { FilesInside } from '../../confined-files.js';
import { fsReadFileUpTo } from '../../file-up-to.js';
import { tooLarge } from '../../fs/file-content.js';
import { toNativePath, toPathUri } from '../../fs/native-path.js';
import type { AnswerRoom } from '../answers/answer-room.js';
import type { FileScope } from './file-handlers.js';

/** What the method about configuration works with. */
export interface ConfigScope {
  readonly config: ExecutorConfig;
  readonly files: Pick<FileScope, 'confined'> & { readonly room: Pick<AnswerRoom, 'use'> };
}

/** Below a ceiling the files are read inside of it: what they are, or lead to, may be what a client has put there. */
export async function readConfig(
  { config, files: { confined, room } }: ConfigScope,
  params: ParamsOf<typeof environmentConfigRead>,
): Promise<ResultOf<typeof environmentConfigRead>> {
  // Files of a project are the client's to read, through fs/*; the directory only has to be one of this executor.
  toNativePath(params.cwd, 'cwd');
  if (params.configPaths.length + params.requirementsPaths.length === 0) {
    throw new ExecError(
      'invalidParams',
      'environmentConfig/read: configPaths and requirementsPaths are empty; name what is wanted',
    );
  }
  const place = confined.placeOf(null);
  return await room.use(CONFIG_FILES * MAX_CONFIG_FILE_BYTES, () =>
    place === undefined
      ? config.read(params)
      : place.use(true, (inside) => config.read(params, readInside(inside))),
  );
}

function readInside(inside: FilesInside): ReadConfined {
  return async (path, limitBytes) => {
    const file = { path: toPathUri(path), limitBytes };
    const { dataBase64, isWhole } = await inside.request(fsReadFileUpTo, file);
    if (!isWhole) throw tooLarge(path, limitBytes);
    return dataBase64;
  };
}
