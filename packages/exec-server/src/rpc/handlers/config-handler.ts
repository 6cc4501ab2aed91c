import { ExecError, type environmentConfigRead, type ParamsOf, type ResultOf } from '@holdfast/exec-protocol';
import type { ExecutorConfig } from '../../config/executor-config.js';
import { toNativePath } from '../../fs/native-path.js';

export async function readConfig(
  config: ExecutorConfig,
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
  return await config.read(params);
}
