import { access, constants, readFile } from 'node:fs/promises';

/**
 * Reads the file that an option names.
 * @throws Error that names both, why it cannot be read and what helps.
 */
export async function readNamed(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const problem = `cannot be read (${codeOf(error)}); name a file that this user can read`;
    throw new Error(`${option} ${file} ${problem}`, { cause: error });
  }
}

/** @throws Error that says so where an option names no directory in which files can be made. */
export async function checkNamedDirectory(option: string, directory: string): Promise<void> {
  try {
    // With the slash a file is none.
    await access(`${directory}/`, constants.W_OK | constants.X_OK);
  } catch (error) {
    const problem = `is no directory in which this user can make files (${codeOf(error)}); make it, or name another one`;
    throw new Error(`${option} ${directory} ${problem}`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
