import type {
  fsDigest,
  fsList,
  fsRename,
  fsSetPermissions,
  fsSymlink,
  ParamsOf,
  ResultOf,
} from '@holdfast/exec-protocol';
import { listDirectory } from '../fs/listing.js';
import { toPathUri } from '../fs/native-path.js';
import { setPermissions } from '../fs/permissions.js';
import { makeLink } from '../fs/symlink.js';
import { type FileScope, LISTING_BYTES, linksOf, pathOf } from './file-handlers.js';

export async function listEntries(
  scope: FileScope,
  params: ParamsOf<typeof fsList>,
): Promise<ResultOf<typeof fsList>> {
  const { order, room } = scope;
  const path = pathOf(scope, params);
  const { entries, truncated } = await order.look(() =>
    room.use(LISTING_BYTES, () => listDirectory(path, linksOf(params))),
  );
  return {
    entries: entries.map(({ path: own, target, ...told }) => ({
      path: toPathUri(own),
      ...told,
      ...(target === undefined ? {} : { targetBase64: target }),
    })),
    truncated,
  };
}

export async function makeSymlink(
  scope: FileScope,
  params: ParamsOf<typeof fsSymlink>,
): Promise<ResultOf<typeof fsSymlink>> {
  const path = pathOf(scope, params);
  await scope.order.change(() => makeLink(path, params.targetBase64, linksOf(params)));
  return {};
}

export async function changePermissions(
  scope: FileScope,
  params: ParamsOf<typeof fsSetPermissions>,
): Promise<ResultOf<typeof fsSetPermissions>> {
  const path = pathOf(scope, params);
  await scope.order.change(() => setPermissions(path, params.permissions, linksOf(params)));
  return {};
}

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
  scope: FileScope,
  params: ParamsOf<typeof fsRename>,
): Promise<ResultOf<typeof fsRename>> {
  const path = pathOf(scope, params);
  const { handleId, permissions } = params;
  await scope.order.change(() => scope.handles.rename(handleId, path, { ...linksOf(params), permissions }));
  return {};
}
