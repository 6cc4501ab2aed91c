import {
  ExecError,
  type environmentConfigRead,
  MAX_CONFIG_FILE_BYTES,
  type ParamsOf,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { CONFIG_FILES, type ExecutorConfig } from '../../config/executor-config.js';
import { toNativePath } from '../../fs/native-path.js';
import type { AnswerRoom } from '../answers/answer-room.js';

/** What the method about configuration works with. */
export interface ConfigScope {
  readonly config: ExecutorConfig;
  readonly room: Pick<AnswerRoom, 'use'>;
}

export async function readConfig(
  { config, room }: ConfigScope,
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
  return await room.use(CONFIG_FILES * MAX_CONFIG_FILE_BYTES, () => config.read(params));
}
