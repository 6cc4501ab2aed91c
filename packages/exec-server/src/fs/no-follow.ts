import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { platform } from 'node:os';
import { O_PATH, pathOfDescriptor } from '@holdfast/sandbox/internal';
import { joinPath, type NativePath, namesOf } from './native-path.js';

/** Opens nothing of an entry but a place to stand on (Linux). */
const STEP = constants.O_DIRECTORY | constants.O_NOFOLLOW | O_PATH;

const ROOT = Buffer.from('/');

/**
 * Goes down to the directory of `path` one component at a time, refusing links, and gives `act` the last component by a
 * path that no rename of a directory above can lead elsewhere. The refusal of a link in the last component is `act`'s own.
 * @throws ELOOP or ENOTDIR from the system where a component is a link or no directory.
 */
export async function descend<T>(path: NativePath, act: (last: NativePath) => Promise<T>): Promise<T> {
  const names = [...namesOf(path)];
  const last = names.pop();
  if (last === undefined) return await act(ROOT);
  if (platform() !== 'linux') return await lookThenAct(path, names, act);
  let directory: FileHandle = await open(ROOT, STEP);
  try {
    for (const name of names) {
      const next = await open(joinPath(standing(directory), name), STEP);
      await directory.close();
      directory = next;
    }
    return await act(joinPath(standing(directory), last));
  } finally {
    await directory.close();
  }
}

/** Without a way to stand on a directory, somebody could still put a link there after the look. */
async function lookThenAct<T>(
  path: NativePath,
  names: readonly Buffer[],
  act: (last: NativePath) => Promise<T>,
): Promise<T> {
  let at: NativePath = ROOT;
  for (const name of names) {
    at = joinPath(at, name);
    if ((await lstat(at)).isDirectory()) continue;
    throw Object.assign(new Error('a component is a link or no directory'), { code: 'ENOTDIR' });
  }
  return await act(path);
}

/** A path of what is open (Linux): nothing that happens to its names leads it elsewhere. */
export function standing({ fd }: FileHandle): NativePath {
  return Buffer.from(pathOfDescriptor(fd));
}
