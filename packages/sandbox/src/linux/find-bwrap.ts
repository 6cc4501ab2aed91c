import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

/** A program file, and what changes when it is replaced. */
export interface ProgramFile {
  readonly path: string;
  readonly version: string;
}

/** Looks for bubblewrap in the absolute directories of a search path; undefined when it is in none of them. */
export function findBwrap(searchPath: string): ProgramFile | undefined {
  const folders = searchPath.split(':').filter((folder) => path.isAbsolute(folder));
  for (const folder of folders) {
    const found = programAt(path.join(folder, 'bwrap'));
    if (found !== undefined) return found;
  }
  return undefined;
}

function programAt(file: string): ProgramFile | undefined {
  try {
    accessSync(file, constants.X_OK);
    const { ino, mtimeMs, size } = statSync(file);
    return { path: realpathSync(file), version: `${ino} ${mtimeMs} ${size}` };
  } catch {
    return undefined;
  }
}
