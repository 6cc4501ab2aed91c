import { lstatSync } from 'node:fs';
import { NowhereBefore, physicalPath } from '@holdfast/sandbox/internal';
import { InvalidArgumentError } from 'commander';

/**
 * One more path of an option. What looks like a pattern, a home or the next option is refused unless a file is called so:
 * nothing would be granted or denied by it.
 * @throws InvalidArgumentError for that, for an empty one, and for one with `..` behind something that is missing or no directory.
 */
export function collectPath(path: string, earlier: readonly string[]): readonly string[] {
  if (path === '') throw new InvalidArgumentError('It is empty; the working directory is "." here.');
  if (path.startsWith('--') && !exists(path))
    throw new InvalidArgumentError(
      `There is no such file, and it looks as if the path was forgotten; name one, or write ./${path} for what is called so.`,
    );
  if (path.startsWith('~') && !exists(path))
    throw new InvalidArgumentError(
      'There is no such file, and only the shell knows ~; write it without quotes.',
    );
  if (/[*?[]/.test(path) && !exists(path))
    throw new InvalidArgumentError(
      'There is no such file, and there are no patterns here; name each file by itself, or a directory.',
    );
  refuseNowhere(path);
  return [...earlier, path];
}

/** By name alone it would stand for something else than for every program. */
function refuseNowhere(path: string): void {
  try {
    physicalPath(path);
  } catch (error) {
    // Whatever else is wrong is told where it is used.
    if (error instanceof NowhereBefore)
      throw new InvalidArgumentError(`It names nothing, for ${error.message}; name it without .. in it.`);
  }
}

function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
