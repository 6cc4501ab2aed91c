import {
  type fsDigest,
  type fsRename,
  fsSetPermissions,
  fsSymlink,
  type ParamsOf,
  type ResultOf,
} from '@holdfast/exec-protocol';
import * as here from '../../fs/file-requests.js';
import { toNativePath } from '../../fs/native-path.js';
import { type FileScope, handlerOf, refuseInSandbox } from './file-handlers.js';

export const makeSymlink = handlerOf(fsSymlink, here.makeSymlink);
export const changePermissions = handlerOf(fsSetPermissions, here.changePermissions);

export async function digestFile(
  { order, handles }: FileScope,
  { handleId, length }: ParamsOf<typeof fsDigest>,
): Promise<ResultOf<typeof fsDigest>> {
  // It may take seconds: what changes this file waits for its end, since that is so for all that is asked of one file, and
  // everything else only for its beginning.
  const { digest } = await order.look(() => Promise.resolve({ digest: handles.digest(handleId, length) }));
  return await digest;
}

export async function renameFile(
  { order, handles, confined }: FileScope,
  params: ParamsOf<typeof fsRename>,
): Promise<ResultOf<typeof fsRename>> {
  const { handleId, path, permissions, sandbox } = params;
  if (confined.placeOf(sandbox) !== undefined) {
    refuseInSandbox('fs/rename: an open file gets no other name in a sandbox; copy it by fs/copy');
  }
  const name = toNativePath(path, 'path');
  await order.change(() => handles.rename(handleId, name, { ...here.linksOf(params), permissions }));
  return {};
}
