import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Whether a program can be found: by its path, or in one of the directories of a search path. */
export function programExists(program: string, searchPath: string): boolean {
  if (program.includes('/')) return isExecutable(program);
  return searchPath.split(':').some((folder) => isExecutable(join(folder === '' ? '.' : folder, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
