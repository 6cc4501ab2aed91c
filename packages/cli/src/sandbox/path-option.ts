import { lstatSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';

/**
 * One more path of an option. What looks like a pattern, a home or the next option is refused unless a file is called so:
 * nothing would be granted or denied by it.
 * @throws InvalidArgumentError for that, and for an empty one.
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
  return [...earlier, path];
}

function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
